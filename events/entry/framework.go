package entry

// Framework makes a framework the current one of its programme. The reason of the
// entry becomes the reason of the publication.
type Framework struct {
	// Base is the revision that the editor started from; 0 for the first.
	Base int
	// Source is the framework file, byte for byte.
	Source string
}

// Kind implements [Body].
func (Framework) Kind() Kind { return KindFramework }

func (b Framework) visit(f form) Body {
	f.number(Field{
		Name: "base", Type: TypeNumber, Required: true,
		Hint: "the framework revision that was edited, 0 for the first",
	}, &b.Base)
	f.text(Field{
		Name: "source", Type: TypeSource, Required: true, Max: MaxEntryBytes,
		Hint: "the whole framework file",
	}, &b.Source)
	return b
}
