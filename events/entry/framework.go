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

// FrameworkRollback makes the revision that the current framework was made from
// the current one again. The reason of the entry becomes that of the event.
type FrameworkRollback struct {
	// Base is the revision to roll back from; it must be the current one.
	Base int
}

// Kind implements [Body].
func (FrameworkRollback) Kind() Kind { return KindFrameworkRollback }

func (b FrameworkRollback) visit(f form) Body {
	f.number(Field{
		Name: "base", Type: TypeNumber, Required: true, Hint: "the framework revision to roll back from, the current one",
	}, &b.Base)
	return b
}
