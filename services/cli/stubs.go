package cli

type (
	demoCommand      struct{}
	submitCommand    struct{}
	explainCommand   struct{}
	frameworkCommand struct{}
	teamCommand      struct{}
	tokenCommand     struct{}
	exportCommand    struct{}
)
