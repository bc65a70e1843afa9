/** What `ostiary init --flow-rules` writes as `policies/flow.cedar`; docs/flow-rules.md shows the same text. */
export const FLOW_RULES = `// Flow rules: what may not follow what, by labels alone, however it is worded. They only forbid: who may do what is for other
// policies to say. Labels come from \`ledger.gather\`, \`datasets\` and \`tools\` in the configuration. Why each rule is here, what
// it does not stop and how to adapt it: docs/flow-rules.md.

// What came from outside can tell a model what to do. From then on no tool changes or sends anything.
// With somebody's approval instead: add @challenge("approval:GROUP"), and
// unless { context.approvals.contains("flow-untrusted-then-tool") }
@id("flow-untrusted-then-tool")
@reason("after content from outside no tool may write or send")
forbid (principal, action == Action::"callTool", resource is Tool)
when { context.labels.contains("untrusted") && resource.effect != "read" };

// The same for tools that a provider runs itself, and for what it is told to keep.
@id("flow-untrusted-then-hosted-tool")
@reason("after content from outside a model may only answer: no tools of its provider, no storage there")
forbid (principal, action == Action::"invoke", resource is Model)
when { context.labels.contains("untrusted") && context.hasEffects };

// Who has confidential data, from wherever, uses models inside. A model that does not say \`hosting: internal\` is outside.
@id("flow-confidential-stays-inside")
@reason("who has read confidential data may use only models that are hosted inside")
forbid (principal, action in [Action::"invoke", Action::"embed"], resource is Model)
when { context.labels.containsAny(["confidential", "restricted"]) }
unless { resource has hosting && resource.hosting == "internal" };

// Nor does it leave by a tool. What stands in the tool's arguments counts too, whoever it was released to.
// With somebody's approval instead: add @challenge("approval:GROUP"), and
// unless { context.approvals.contains("flow-confidential-is-not-sent") }
@id("flow-confidential-is-not-sent")
@reason("who has read confidential data, or has it in the arguments, may not use tools that send")
forbid (principal, action == Action::"callTool", resource is Tool)
when { context.labels.containsAny(["confidential", "restricted"]) && resource.effect == "send" };

// What a model is trained on it can say to everybody, and nobody gets it out again. What came from outside may be poisoned.
@id("flow-no-training-on-labelled")
@reason("models are not trained by who has confidential data or content from outside")
forbid (principal, action == Action::"train", resource is Model)
when { context.labels.containsAny(["confidential", "restricted", "untrusted"]) };
`
