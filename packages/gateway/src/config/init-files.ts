export interface InitParts {
  /** Path of the editor's copy of the schema, as seen from the configuration file. */
  readonly schema: string
  /** With labels for the flow rules. */
  readonly flowRules?: boolean
}

/** What `ostiary init` writes as `ostiary.yaml`: what must be chosen is set, what has a default is a comment. */
export function defaultConfigYaml({ flowRules = false, schema }: InitParts): string {
  return `# yaml-language-server: $schema=${schema}
#
# Ostiary. \`ostiary check\` says what is wrong with this file; \`ostiary start\` runs it.
# \${VAR} and \${VAR:-default} take the environment's values; a secret may also be file:PATH, which is read again when it
# changes. Paths are seen from this file's folder. Commented values are the defaults, but for those of \`tls\`, \`key\` and
# \`secretsKey\`, which have none and are examples.

# What callers reach the gateway by. Proofs and metadata are checked against it, never against the Host header.
publicUrl: http://127.0.0.1:8787

# listen:                       # data plane; port 0 is any free port
#   host: 127.0.0.1
#   port: 8787
#   tls: { cert: file:./tls/cert.pem, key: file:./tls/key.pem }   # clientCa: file:… asks callers for a certificate

# admin:                        # admin API; another host than loopback needs tls
#   host: 127.0.0.1
#   port: 8788

# trustedProxies: []            # addresses whose X-Forwarded-For and Client-Cert are believed

# Who may issue access tokens. There is no way to run without one.
issuers:
  - issuer: https://idp.example
    audience: https://gateway.example
    jwksUri: https://idp.example/jwks     # or discovery: true, introspection or module
    # algorithms: [ES256, RS256, PS256, Ed25519]
    # profile: rfc9068                    # legacy, for issuers that do not send typ at+jwt
    # maxTokenLifetime: 15m
    # clockTolerance: 5s
    # streamGrace: 0s                     # a stream is cut at its token's expiry plus this
    # dpop: optional                      # required: a token that is bound to no key is refused
    # allowPrivateNetwork: false          # may the key set resolve to a private address
    # jwksCooldown: 30s
    # claims: { groups: groups }          # claim: attribute, or claim: { to: attribute, type: String | Long | Bool | Set<String> }
    # require: {}                         # claim: value, without which a token is refused
    # scopes: {}                          # { claim, map, always } for issuers whose scopes are named otherwise
    # agents: []                          # [{ id: scout, groups: [readers] }]
    # groups: { prefix: "" }              # or allow: [names]; with several issuers each needs one or the other

# dpop:                         # proofs that a caller holds the key of its token
#   nonces: required
#   window: 60s                 # how far from now the time of a proof may be
#   algorithms: [ES256, Ed25519]
#   replayFailure: closed       # open: a proof passes while nobody can tell whether it was used before

providers:
  - name: openai
    dialect: openai
    baseUrl: https://api.openai.com/v1
    apiKey: "\${OPENAI_API_KEY}"           # or apiKeys: [a, b], used in turn

# What callers may name. Policies read the attributes as resource.NAME.
models:
  - name: gpt-5-mini
    provider: openai
    upstreamModel: gpt-5-mini
    attributes: { hosting: external, region: us }

policy:
  dir: ./policies               # every *.cedar in it

# tools: []                     # called elsewhere, asked about at /v1/authorize: [{ name: mail, effect: send }]

# inspection:
#   detectors: {}               # switch one off: { pii.email: false }
#   onFailure: closed
#   remote: []                  # detectors elsewhere: [{ name: people, kind: presidio, url: "http://127.0.0.1:5002" }]

# limits:
#   bodyBytes: 10MiB
#   headerBytes: 64KiB
#   promptTokens: 128000
#   parts: 10000
#   nesting: 64

# timeouts:
#   connect: 5s
#   firstByte: 10m
#   idle: 5m
#   total: 60m
#   requestHead: 10s
#   requestBody: 60s

# The log that anyone can verify: back it up, and keep its verifier key elsewhere.
audit:
  store: fs:./data/audit
  # origin: 127.0.0.1:8787/audit          # default: publicUrl's host and /audit
  # key: file:./keys/audit.pem            # where none is named, start makes data/audit.key.pem, beside the store
  # failure: closed
  # order: before-forward                 # before-release: upstream and log side by side
  # flushInterval: 0ms
  # checkpointInterval: 1s
  # publish: false

# apiKeys:
#   direct: false               # true: the data plane takes keys made with --direct; else keys are exchanged for tokens

# revocation:
#   failure: closed             # open: tokens are taken while the store cannot say what others revoked

# tokens:                       # those that the gateway issues itself, at /oauth/token
#   lifetime: 5m
#   algorithm: ES256            # or Ed25519
#   rotation: 30d

${flowRules ? LABELS : LEDGER}
# vault:                        # values that the obligation tokenize put placeholders for
#   ttl: 8h                     # how long they can be restored after they were last tokenized

store: sqlite:./data/ostiary.db   # or postgres://USER:PASSWORD@HOST/DATABASE, which several gateways share

# secretsKey: file:./secrets.key  # 32 bytes in base64 that seal the keys of \`providers set-key\`; default: made beside the store

# shutdown:
#   deadline: 30s

# control:
#   socket: ./data/ostiary.sock           # default: beside the store
`
}

const LEDGER = `# ledger:                       # labels that identities gather, for \`context.labels\` in policies
#   ttl: 8h                     # how long one counts after it was last gathered
#   scope: principal            # session: labels stay with sessions, which callers can start anew
#   actors: false               # true: an agent has the labels of what it did for others, too
#   gather: {}                  # such as { secret: restricted, tool-results: untrusted }
#   fingerprints:               # of released values, to know them again; false: none are kept
#     ttl: 8h                   # how long one counts after its value was last released
#     max: 1000000              # the oldest go first
`

const LABELS = `ledger:                         # labels that identities gather: policies/flow.cedar reads them
  # ttl: 8h                     # how long one counts after it was last gathered
  # scope: principal            # session: labels stay with sessions, which callers can start anew
  # actors: false               # true: an agent has the labels of what it did for others, too
  gather:                       # what brings which; datasets and tools bring theirs beside it
    tool-results: untrusted
    secret: restricted
    pii.card: confidential
    pii.iban: confidential
  # fingerprints:               # of released values, to know them again; false: none are kept
  #   ttl: 8h                   # how long one counts after its value was last released
  #   max: 1000000              # the oldest go first
`

/** What `ostiary init` writes as `policies/gateway.cedar`. */
export function defaultPolicies(): string {
  return `// Nothing is permitted that no policy permits. \`ostiary check\` checks these against the configuration.

@id("analysts-use-models") @reason("analysts may use models; personal data is redacted both ways")
@obligation("redact:pii, output:redact:pii")
permit (principal in Group::"analysts", action in [Action::"invoke", Action::"listModels"], resource is Model)
when { principal.scopes.contains("models:invoke") };

@id("secrets-never-leave") @mode("oblige") @reason("credentials are redacted for everybody, both ways")
@obligation("redact:secret, output:redact:secret")
permit (principal, action, resource);
`
}
