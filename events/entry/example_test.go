package entry_test

import (
	"fmt"

	"github.com/aboveline/aboveline/events/entry"
)

func ExampleDecode() {
	e, err := entry.Decode([]byte(`{
		"id": "01928f3e-7c1a-7bb0-8f41-0a4b6c7d8e9f", "kind": "judgement",
		"programme": "iaow-2013-hampshire", "inspection": "hampshire-2013",
		"occurred_at": "2013-06-03T14:30:00+01:00", "expected_revision": 0,
		"case": "C001", "question": "4.1.07", "answer": "sufficient"
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	if j, ok := e.Body.(entry.Judgement); ok {
		fmt.Println(e.OccurredAt, j.Case, j.Question, j.Answer)
	}
	// Output: 2013-06-03 13:30:00 +0000 UTC C001 4.1.07 sufficient
}

func ExampleDecode_refused() {
	_, err := entry.Decode([]byte(`{
		"id": "01928f3e-7c1a-7bb0-8f41-0a4b6c7d8e9f", "kind": "victim-contact",
		"programme": "iaow-2013-hampshire", "inspection": "hampshire-2013",
		"occurred_at": "2013-06-03T14:30:00+01:00", "case": "C001", "measures": {"eligible": ""}
	}`))
	fmt.Println(err)
	// Output: missing_field: measures/eligible is missing or empty: give measures and their answers, such as {"eligible": "yes"}
}
