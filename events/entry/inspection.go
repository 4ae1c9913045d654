package entry

// InspectionOpening starts the inspection that the entry names.
type InspectionOpening struct {
	Name string
}

// Kind implements [Body].
func (InspectionOpening) Kind() Kind { return KindInspectionOpening }

func (b InspectionOpening) visit(f form) Body {
	f.text(line("name", "the name of the inspection, for people to read"), &b.Name)
	return b
}

// InspectionClosing ends the inspection that the entry names. Its reason is
// required.
type InspectionClosing struct{}

// Kind implements [Body].
func (InspectionClosing) Kind() Kind { return KindInspectionClosing }

func (b InspectionClosing) visit(form) Body { return b }
