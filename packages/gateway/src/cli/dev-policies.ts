/** What `ostiary dev` and the demo start with; the README shows the same text. */
export const DEV_POLICIES = `@id("analysts-use-models")
@obligation("mask:pii.card, redact:pii.email")
permit (principal in Group::"analysts", action in [Action::"invoke", Action::"listModels"], resource is Model)
when { principal.scopes.contains("models:invoke") };

@id("agents-use-models")
permit (principal in Group::"agents", action in [Action::"invoke", Action::"listModels"], resource is Model);

@id("support-has-no-models") @reason("support staff have no access to models")
forbid (principal in Group::"support", action == Action::"invoke", resource is Model);

@id("secrets-never-pass") @mode("oblige") @obligation("redact:secret, output:redact:secret")
permit (principal, action, resource);
`
