package entry

import "github.com/aboveline/aboveline/events"

// Case brings a case into the sample, or corrects its attributes.
type Case struct {
	Case events.CaseID
	// Attributes are merged into those known: nil removes one. May be empty.
	Attributes map[string]*string
}

// Kind implements [Body].
func (Case) Kind() Kind { return KindCase }

func (b Case) visit(f form) Body {
	f.text(caseField(), (*string)(&b.Case))
	f.table(Field{
		Name: "attributes", Type: TypeAttributes, Required: true, Max: MaxKey,
		Hint: `attributes and their values, such as {"gender": "male"}, null to remove one`,
	}, attributeTable{&b.Attributes})
	return b
}
