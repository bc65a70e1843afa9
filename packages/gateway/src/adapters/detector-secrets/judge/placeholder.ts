/** What documentation, templates and logs have where a secret would stand. */
const INSTEAD: RegExp = new RegExp(
  [
    'example|sample|dummy|placeholder|foobar|lorem|ipsum|deadbeef|todo|fixme|fake|mock|undefined|not[_-]?set',
    'change[_-]?(?:me|it|this)|replace[_-]?(?:me|with|this)|insert|redacted|masked|removed|hidden|your',
    'my[_-]?(?:api|secret|token|key|pass)|(?:secret|token|key|password|passwd)[_-]?here',
    'some[_-]?(?:secret|token|key|pass)|test[_-]?(?:token|key|secret|api)',
    'xxxx|yyyy|zzzz|aaaaaa|000000|abcdefgh|1234567890abc|0123456789abc',
    String.raw`<|>|\.\.\.|…|\*\*|••|\{\{|\$\{|\$\(|%\(|#\{|%s\b|\[\w*\]`,
  ].join('|'),
  'i',
)

/** In a long random body a short word may stand by chance: only what no chance makes counts. */
const INSTEAD_SURELY =
  /example|placeholder|your[_-]|changeme|redacted|insert[_-]|replace[_-]|dummy|x{5}|\*{3}|([^a])\1{7}|abcdefghij|0123456789/i

/** A long value with several digits is drawn, so that `todO` in it is chance. */
export function isPlaceholder(value: string): boolean {
  return value.length >= 32 && SEVERAL_DIGITS.test(value) ? isSurelyPlaceholder(value) : INSTEAD.test(value)
}

const SEVERAL_DIGITS = /\d\D*\d\D*\d/

export function isSurelyPlaceholder(value: string): boolean {
  return INSTEAD_SURELY.test(value)
}

/** Where code, a shell, a template or a vault is asked for the value: what stands there says where it is. */
const REFERENCE: RegExp = new RegExp(
  [
    String.raw`^[\w$]+(?:(?:\.|->|::)[\w$]+)*[([]`,
    `^(?:process|import|os|env|environ|conf|config|settings|secrets|vars?|local|data|module|self|this|params?|props|args|opts|options)\\.[a-z_#]`,
    `^(?:req|request|ctx|context|state|form|user|event|body|input|values|vault|github|steps|needs|inputs|each|pipeline)\\.[a-z_]`,
    `^(?:vault|ssm|arn|op|secretsmanager|keyvault|aws-?sm|gcp-?sm|sops|file|env|akv|doppler|bao|consul|https?|s3|gs|urn):`,
    String.raw`^ENC\[|\$\{|\{\{|\$\(`,
    // Go's version of a commit.
    String.raw`^v\d+\.\d+\.\d+-(?:[\w.]+\.)?\d{14}-[0-9a-f]{12}(?:\+incompatible)?(?:/go\.mod)?$`,
  ].join('|'),
  'i',
)
const NAME_OF_VARIABLE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/
/** `Guid.NewGuid`, before the parentheses of a call. */
const MEMBER = /^(?:[A-Z][a-z]+)+(?:\.(?:[A-Z][a-z]+)+)+$/
/** With a sign before it, in small letters, in capitals, or in words that begin with one. */
const VARIABLE = /^[$%#@&!:]\W?(?:[a-z_.-]+|[A-Z_]+\d?|[a-z]+(?:[A-Z][a-z]+)+)\W*$/
const PATH =
  /^(?:[.~]{0,2}\/|[A-Za-z]:\\)[\w.-]+(?:[/\\]|\.\w{1,5}$)|:\/\/|\.(?:pem|key|crt|cer|p12|pfx|jks|json|ya?ml|toml|txt|env|cfg|ini|log|m?[jt]sx?|py|go|rb|rs|java|php|sh|html?|css|md|png|svg)$/i

/** Of contracts and accounts: `token: 0x…` says which token it is. */
const CHAIN_ADDRESS = /^0x[0-9a-f]{40}$/i

export function isReference(value: string): boolean {
  const isName = NAME_OF_VARIABLE.test(value) || MEMBER.test(value) || VARIABLE.test(value)
  return isName || CHAIN_ADDRESS.test(value) || REFERENCE.test(value)
}

/** Of a file, or of something in the net. */
export function isPath(value: string): boolean {
  return PATH.test(value)
}
