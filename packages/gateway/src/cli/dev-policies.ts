/** What `ostiary dev` and the demo start with; the README shows the same text. */
export const DEV_POLICIES = `@id("analysts-use-models")
@obligation("mask:pii.card, redact:pii.email")
permit (principal in Group::"analysts", action in [Action::"invoke", Action::"listModels"], resource is Model)
when { principal.scopes.contains("models:invoke") };

@id("agents-use-models")
permit (principal in Group::"agents", action in [Action::"invoke", Action::"listModels"], resource is Model);

@id("support-has-no-models-here") @reason("support staff have no access to the models of the house")
forbid (principal in Group::"support", action == Action::"invoke", resource is Model)
unless { resource.hosting == "external" };

@id("secrets-never-pass") @mode("oblige") @obligation("redact:secret, output:redact:secret")
permit (principal, action, resource);
`

/** And for what is in its handbook: who finds what there, and where it may go then. */
export const HANDBOOK_POLICIES = `@id("analysts-search")
permit (principal in Group::"analysts", action == Action::"searchDataset", resource is Dataset);

@id("support-searches") @obligation("column:drop:restricted, column:mask:pii")
permit (principal in Group::"support", action == Action::"searchDataset", resource is Dataset);

@id("support-uses-models-outside") @obligation("mask:pii.card, redact:pii.email")
permit (principal in Group::"support", action in [Action::"invoke", Action::"listModels"], resource is Model)
when { resource.hosting == "external" };

@id("restricted-stays-in-the-house") @reason("who has read restricted data may not use a model outside")
forbid (principal, action == Action::"invoke", resource is Model)
when { context.labels.contains("restricted") && resource.hosting == "external" };
`
