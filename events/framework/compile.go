package framework

import (
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
)

// Bounds on rules. The parser of CEL takes its time, about 5 µs a character.
const (
	maxRule     = 4_096   // characters of one rule
	maxRules    = 131_072 // characters of all different rules of a file
	maxRuleCost = 50_000  // CEL cost units of one evaluation
)

// newEnvironment knows case and answer, and the standard functions of CEL.
func newEnvironment() (*cel.Env, error) {
	texts := cel.MapType(cel.StringType, cel.StringType)
	env, err := cel.NewEnv(
		cel.Variable("case", texts),
		cel.Variable("answer", texts),
		cel.ParserExpressionSizeLimit(maxRule),
		cel.ParserRecursionLimit(50),
	)
	if err != nil {
		return nil, fmt.Errorf("setting up the rule language: %w", err)
	}
	return env, nil
}

// complaint is something wrong at a place of a rule, counted from line 1 and
// column 0 as CEL does.
type complaint struct {
	line, column int
	message      string
}

// compile turns the source of a rule into a rule, or says what is wrong with it.
func (f *Framework) compile(source string) (*rule, []complaint) {
	if n := len([]rune(source)); n > maxRule {
		return nil, []complaint{{1, 0, fmt.Sprintf("the rule has %d characters; at most %d", n, maxRule)}}
	}
	if strings.TrimSpace(source) == "" {
		return nil, []complaint{{1, 0, "the rule is empty; write true for a question that is always relevant"}}
	}
	parsed, issues := f.index.environment.Parse(source)
	if issues.Err() != nil {
		return nil, complaints(issues.Errors())
	}
	checked, issues := f.index.environment.Check(parsed)
	inspector := inspector{f: f, ast: parsed.NativeRep(), rule: &rule{literals: map[string]bool{}}}
	if issues.Err() != nil {
		inspector.found = complaints(issues.Errors())
	} else {
		inspector.ast = checked.NativeRep()
	}
	inspector.inspect(inspector.ast.Expr())
	if len(inspector.found) > 0 {
		return nil, inspector.found
	}
	if !checked.OutputType().IsExactType(cel.BoolType) {
		message := fmt.Sprintf("the rule gives %s; it must be true or false, as in case.x == \"yes\"",
			checked.OutputType())
		return nil, []complaint{inspector.complaint(inspector.ast.Expr(), message)}
	}
	r := inspector.rule
	if r.root = f.lower(inspector.ast.Expr()); r.root != nil {
		return r, nil
	}
	program, err := f.program(checked)
	if err != nil {
		return nil, []complaint{{1, 0, err.Error()}}
	}
	r.program = program
	return r, nil
}

func (f *Framework) program(checked *cel.Ast) (cel.Program, error) {
	program, err := f.index.environment.Program(checked, cel.CostLimit(maxRuleCost))
	if err != nil {
		return nil, fmt.Errorf("not a rule: %w", err)
	}
	return program, nil
}

// complaints gives the errors of CEL in our words where it has none that help.
// After the first error of syntax the others follow from it.
func complaints(errs []*common.Error) []complaint {
	var out []complaint
	for _, e := range errs {
		message, syntax := strings.CutPrefix(e.Message, "Syntax error: ")
		if syntax {
			message = syntaxMessage(message)
		} else if rest, ok := strings.CutPrefix(message, "undeclared reference to '"); ok {
			name, _, _ := strings.Cut(rest, "'")
			message = fmt.Sprintf("unknown name %q; a rule looks at case.<attribute> and answer[\"<question>\"], "+
				"and texts stand in quotes", name)
		} else if strings.Contains(message, "no matching overload") {
			message += " (attributes and answers are texts: compare them with texts in quotes)"
		}
		out = append(out, complaint{max(e.Location.Line(), 1), max(e.Location.Column(), 0), message})
		if syntax {
			return out
		}
	}
	return out
}

// syntaxMessage makes a sentence of what the parser generator says.
func syntaxMessage(message string) string {
	_, rest, _ := strings.Cut(message, "'")
	end := strings.LastIndex(rest, "'")
	if before, _, ok := strings.Cut(rest, "' expecting"); ok {
		end = len(before)
	}
	if end < 0 {
		return "not a rule: " + message
	}
	switch input := strings.TrimSpace(rest[:end]); input {
	case "<EOF>":
		return "the rule ends too early"
	case "=":
		return "= is no operator; == compares"
	default:
		return fmt.Sprintf("%q is out of place here", input)
	}
}
