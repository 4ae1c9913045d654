package entry

// Programme opens the programme that the entry names.
type Programme struct {
	Name string
}

// Kind implements [Body].
func (Programme) Kind() Kind { return KindProgramme }

func (b Programme) visit(f form) Body {
	f.text(line("name", "the name of the programme, for people to read"), &b.Name)
	return b
}
