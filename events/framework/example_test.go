package framework_test

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/aboveline/aboveline/events/framework"
)

func ExampleParse() {
	source, err := os.ReadFile("testdata/base.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	broken := strings.Replace(string(source), `case.tier != "1"`, `case.tier != "9"`, 1)
	_, err = framework.Parse("framework.yaml", []byte(broken))
	if problems, ok := errors.AsType[framework.Problems](err); ok {
		for _, p := range problems {
			fmt.Printf("line %d, column %d: %s\n", p.Line, p.Column, p.Message)
		}
	}
	// Output:
	// line 53, column 29: attribute tier cannot be "9"; its values are 1, 2, 3 (and "" where not given)
}

func ExampleFramework_Relevant() {
	source, err := os.ReadFile("testdata/base.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	f, err := framework.Parse("framework.yaml", source)
	if err != nil {
		fmt.Println(err)
		return
	}
	q, _ := f.Question("1.1.02")
	c := caseFile{attributes{"report": "full"}, answers{"1.1.01": "yes"}}
	fmt.Println(q.Relevant)
	fmt.Println(f.Relevant(q, c))
	// Output:
	// answer["1.1.01"] == "yes" && case.report in ["full", "short"]
	// true
}
