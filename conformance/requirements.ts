/** A demand on this gateway: where it stands, and what it says in one sentence. */
export interface Requirement {
  readonly source: string
  readonly says: string
}

/**
 * Everything that is demanded and done, by id. A test that shows one has its id in brackets in its title, such as
 * `[token.one-spelling]`; `requirements.test.ts` fails on an id without a test, and on a test that cites an id not here.
 * What is demanded and not done yet is not in this table: it enters with the work that does it.
 */
export const REQUIREMENTS: Readonly<Record<string, Requirement>> = {
  // A token, before it is trusted.
  'token.one-spelling': {
    source: 'RFC 8725bis 3.14',
    says: 'a token is three parts of base64url letters, each of which re-encodes to itself; anything else is refused',
  },
  'token.no-json-serialization': { source: 'RFC 8725bis 2.13', says: 'a JWS in JSON serialization is refused' },
  'token.size-cap': { source: 'house', says: 'a token over 16 KiB is refused before any work' },
  'token.plain-json': {
    source: 'RFC 7519 7.2, RFC 8259',
    says: 'header and payload are UTF-8 without a BOM, one object, of bounded depth, without lone surrogates',
  },
  'token.no-duplicate-members': {
    source: 'RFC 7519 4',
    says: 'a member that stands twice, at any depth, is refused: two readers could understand it differently',
  },
  'token.proto-harmless': { source: 'house', says: '`__proto__` in a token brings no claim along' },
  'token.finite-numbers': { source: 'RFC 7519 2', says: 'times are finite numbers in seconds, never texts' },
  'token.lifetime': { source: 'contract', says: '`exp - iat` and `exp - now` are at most `maxTokenLifetime`' },
  'token.not-ahead': {
    source: 'RFC 7519 4.1.5, 4.1.6',
    says: '`nbf` and `iat` are not ahead by more than the tolerance',
  },
  'token.expiry': {
    source: 'RFC 7519 4.1.4',
    says: 'from `exp` on a token is refused, with a code of its own only where its signature held',
  },
  'token.claim-types': {
    source: 'RFC 7519 4.1, RFC 8693 4.1',
    says: 'claims have their types, and texts are not empty and capped',
  },
  'token.algorithm-allow-list': {
    source: 'RFC 8725bis 3.1, 2.11',
    says: 'algorithms are allowed by the issuer, compared by case; `none` in any spelling and the empty signature are refused',
  },
  'token.one-algorithm-per-key': { source: 'RFC 8725bis 3.1', says: 'a key is used with one algorithm' },
  'token.no-key-confusion': {
    source: 'RFC 8725bis 2.1, 3.5',
    says: 'a public key, in any spelling, is never an HMAC secret',
  },
  'token.weak-keys': {
    source: 'RFC 8725bis 3.4',
    says: 'keys for other uses, short RSA keys, small or even exponents and points off the curve are dropped and reported',
  },
  'token.ecdsa-exact': { source: 'RFC 7518 3.4', says: 'an ECDSA signature is r and s, of exact length and in range' },
  'token.eddsa-exact': {
    source: 'RFC 8032 5.1.7',
    says: 'an Ed25519 signature has one spelling, by a key of full order',
  },
  'token.crit': { source: 'RFC 7515 4.1.11, RFC 7797 7', says: '`crit`, `b64`, `zip` and a nested `cty` are refused' },
  'token.no-key-in-header': {
    source: 'RFC 8725bis 3.10',
    says: '`jku`, `x5u`, `x5c` and an embedded `jwk` are refused, never fetched or believed',
  },
  'token.kid': {
    source: 'RFC 8725bis 3.10',
    says: '`kid` is a text of at most 128 printable characters; without one exactly one key must fit',
  },
  'token.issuer-first': {
    source: 'RFC 8725bis 3.8',
    says: 'the exact `iss` chooses the keys: no other issuer’s key is ever tried',
  },
  'token.audience': { source: 'RFC 8725bis 3.9', says: '`aud` holds our identifier exactly' },
  'token.header-only': { source: 'RFC 6750 2', says: 'a credential comes in one header, once; two are a 400' },
  'token.challenge': {
    source: 'RFC 6750 3.1, RFC 9728 5.1',
    says: 'a 401 has a challenge with `resource_metadata`, and no `error` where there was no token',
  },
  'token.bound-needs-proof': { source: 'RFC 9449 7.2', says: 'a token bound to a key is refused under Bearer' },
  'token.kinds': {
    source: 'RFC 8725bis 3.11, 3.12',
    says: 'a token of another kind (ID, logout, event, proof, refresh, …) is not an access token',
  },
  'token.rfc9068': { source: 'RFC 9068 2.1, 2.2, 4', says: '`typ` is `at+jwt` and all required claims are there' },
  'token.legacy': {
    source: 'contract',
    says: 'an issuer without `at+jwt` must send a scope, and nothing that marks another kind of token',
  },
  'token.no-hint': {
    source: 'contract',
    says: 'of a bad token the caller learns nothing finer than that it is not valid here',
  },
  'token.cache': {
    source: 'house',
    says: 'only success is cached, by SHA-256 of the token, to `exp` at most, dropped on rotation, asked for revocation at each hit',
  },

  // Proof that the caller holds the key of its token.
  'dpop.proof': { source: 'RFC 9449 4.3', says: 'a proof that holds in every point passes, and gives its key' },
  'dpop.one-header': { source: 'RFC 9449 4.3, 1', says: 'there is exactly one `DPoP` header' },
  'dpop.well-formed': {
    source: 'RFC 9449 4.3, 2',
    says: 'a proof is one well-formed JWT by the strict reader, of at most 8 KiB',
  },
  'dpop.claims': {
    source: 'RFC 9449 4.2, 4.3, 3',
    says: 'its claims are there and of their types; another type is a refusal, never an error, and `jti` is capped',
  },
  'dpop.typ': { source: 'RFC 9449 4.3, 4; 11.5', says: '`typ` is `dpop+jwt`' },
  'dpop.algorithm': {
    source: 'RFC 9449 4.3, 5; 11.6',
    says: '`alg` is asymmetric and on the list; `none` and HMAC never are',
  },
  'dpop.signature': {
    source: 'RFC 9449 4.3, 6',
    says: 'the signature verifies with `jwk`, and no proof is remembered',
  },
  'dpop.jwk': { source: 'RFC 9449 4.3, 7', says: '`jwk` is a sound public key with no private member' },
  'dpop.htm': { source: 'RFC 9449 4.3, 8', says: '`htm` is the method of this request, exactly' },
  'dpop.htu': {
    source: 'RFC 9449 4.3, 9; RFC 3986 6.2.2, 6.2.3',
    says: '`htu` is `publicUrl` and the path of this request in any spelling of the same address, whatever Host says',
  },
  'dpop.nonce-given': {
    source: 'RFC 9449 9',
    says: 'a proof without a nonce gets 401 `use_dpop_nonce` with exactly one `DPoP-Nonce`, uncacheable and shown to CORS',
  },
  'dpop.nonce-no-downgrade': {
    source: 'RFC 9449 11.3',
    says: 'where nonces are required, no proof passes without one',
  },
  'dpop.nonce-stateless': {
    source: 'house',
    says: 'a nonce is a time and a code under a key that all replicas share; two minutes long it holds for each of them',
  },
  'dpop.nonce-age': { source: 'RFC 9449 8', says: 'a nonce that is too old is refused with a new one' },
  'dpop.nonce-renewed': {
    source: 'RFC 9449 8.2',
    says: 'a nonce that ages is renewed with the answer, whatever it is',
  },
  'dpop.iat': { source: 'RFC 9449 4.3, 11; 11.1', says: '`iat` is within the window, before and after now' },
  'dpop.ath': {
    source: 'RFC 9449 4.3, 12; 7',
    says: '`ath` is the digest of the token beside the proof, and is not there where no token is',
  },
  'dpop.key-is-token-s': {
    source: 'RFC 9449 4.3, 12',
    says: 'the proof is by the very key that the token is bound to',
  },
  'dpop.thumbprint': { source: 'RFC 7638 3', says: 'a key has the thumbprint that the standards’ examples have' },
  'dpop.replay': {
    source: 'RFC 9449 11.1',
    says: 'a proof passes once, at whatever replica, and is remembered as long as it could pass',
  },
  'dpop.replay-failure': {
    source: 'house',
    says: 'where nobody can tell whether a proof was used it is refused, unless the operator chose otherwise, and then it is counted',
  },
  'dpop.after-start': {
    source: 'house',
    says: 'a proof that may have been used before the start does not pass after it',
  },
  'dpop.unbound-as-dpop': { source: 'RFC 9449 7.1', says: 'a token that is bound to no key is refused under DPoP' },
  'dpop.two-credentials': { source: 'RFC 9449 7.2', says: 'two `Authorization` headers are a 400' },
  'dpop.challenge': {
    source: 'RFC 9449 7.1, 7.2',
    says: 'a 401 has the challenge of the scheme that was used, and both without an error where there was no credential',
  },
  'dpop.token-endpoint': {
    source: 'RFC 9449 5',
    says: 'a request without a token beside its proof proves its key, and may use tokens in its body that are bound to it',
  },
  'mtls.bound': {
    source: 'RFC 8705 3',
    says: 'a token that is bound to a certificate passes with that certificate alone, however it was verified',
  },
  'mtls.own-listener': {
    source: 'RFC 8705 3',
    says: 'our own TLS listener asks for a certificate where it has authorities',
  },
  'mtls.authorized': { source: 'house', says: 'a certificate that no configured authority signed is none' },
  'mtls.resumed': { source: 'house', says: 'a resumed session has the certificate of its first handshake, or none' },
  'mtls.client-cert': { source: 'RFC 9440 2.2', says: 'the certificate that a named proxy saw is the caller’s' },
  'mtls.client-cert-form': {
    source: 'RFC 9440 2.1, RFC 8941 3.3.5',
    says: '`Client-Cert` is one byte sequence that is one certificate in DER, and nothing else',
  },
  'mtls.client-cert-trusted': { source: 'RFC 9440 3.1', says: '`Client-Cert` of anybody else is nothing' },
  'metadata.per-path': {
    source: 'RFC 9728 3.1, 3.3',
    says: 'each path has metadata whose `resource` is the address that the client used',
  },
  'metadata.in-challenge': {
    source: 'RFC 9728 5.1',
    says: 'a challenge names the metadata of the path that was asked for, where that path is plain',
  },
  'metadata.members': {
    source: 'RFC 9728 2',
    says: 'metadata says who issues tokens, for which scopes, and how they are bound',
  },

  // Keys of issuers.
  'jwks.allowed-addresses': {
    source: 'house',
    says: 'keys come from configured addresses alone, judged after resolving, over https but for loopback, never by another origin’s redirect',
  },
  'jwks.caps': { source: 'house', says: 'a key set is bounded in time, size and number of keys' },
  'jwks.no-secret-keys': {
    source: 'RFC 7517 9.2',
    says: 'private and symmetric keys in a set are dropped and reported',
  },
  'jwks.rotation': { source: 'house', says: 'an unknown `kid` refetches: a rotation is no outage' },
  'jwks.no-flood': { source: 'house', says: 'sprayed `kid`s cost an issuer one fetch in a cooldown, single-flight' },
  'jwks.removed-key-dies': {
    source: 'house',
    says: 'a removed key, and all that it verified, dies within its maximum age',
  },
  'jwks.issuer-down': {
    source: 'house',
    says: 'an issuer that is down keeps being served by known keys to that age, no longer',
  },
  'jwks.discovery': { source: 'RFC 8414 3.3', says: 'metadata names the issuer identically, or no keys are fetched' },

  // Every kind of issuer.
  'introspection.posted': {
    source: 'RFC 7662 2.1, RFC 6749 2.3.1',
    says: 'a token is asked about by POST, as a form, with our credential, and follows no redirect',
  },
  'introspection.active': {
    source: 'RFC 7662 2.2',
    says: 'only the boolean true is a yes; false is a token that is none',
  },
  'introspection.still-checked': {
    source: 'RFC 7662 2.2, 4',
    says: 'issuer, audience, end, types and what it is bound to are checked in an answer as in a token',
  },
  'introspection.kinds': {
    source: 'RFC 7662 2.1, RFC 8725bis 3.11',
    says: 'an answer about a refresh token or an ID token is not one about an access token',
  },
  'introspection.cache': {
    source: 'RFC 7662 4',
    says: 'an answer is believed until `exp` and `cacheMax` at most, a no for less',
  },
  'introspection.single-flight': { source: 'house', says: 'one token is asked about once at a time' },
  'introspection.ill': {
    source: 'house',
    says: 'an endpoint that hangs, errs, redirects or says what is no answer refuses with 503, and slows nobody else',
  },
  'introspection.no-swap': {
    source: 'house',
    says: 'an answer that changes whose a token is, or contradicts the JWT it is about, is not believed',
  },
  'introspection.configured': {
    source: 'contract',
    says: 'an endpoint is https, with one credential, and no two issuers have opaque tokens that begin the same',
  },
  'svid.subject': {
    source: 'SPIFFE-ID 2',
    says: 'a SPIFFE ID has one spelling: lower-case domain, no port, user, query or fragment, no empty or relative segment',
  },
  'svid.keys': {
    source: 'JWT-SVID 6, SPIFFE Trust Domain and Bundle 4',
    says: 'keys are those for JWT-SVIDs of the trust domain in `sub`, whatever `iss` says',
  },
  'svid.claims': { source: 'JWT-SVID 3', says: 'a JWT-SVID has `sub`, `aud` and `exp`' },
  'svid.header': {
    source: 'JWT-SVID 2',
    says: 'its header has `alg`, `kid` and `typ` alone, `typ` absent, `JWT` or `JOSE`',
  },
  'issuers.shapes': {
    source: 'documentation of each provider',
    says: 'access tokens as providers describe them pass as who they are with the entry of the guide, their ID and refresh tokens do not',
  },
  'issuers.scopes': {
    source: 'house',
    says: 'what an issuer calls a scope or a role gives what is mapped and nothing else',
  },
  'issuers.groups-apart': { source: 'contract', says: 'a group of one issuer is never a group of another' },
  'module.loaded': {
    source: 'house',
    says: 'an identity provider of the operator’s own is loaded at start and reload, and a faulty one is refused by name',
  },
  'module.checked': {
    source: 'house',
    says: 'what such a provider says of a token is checked and made anew; one that throws, hangs or talks nonsense refuses',
  },

  // Who it is.
  'principal.identity': {
    source: 'contract',
    says: 'an identity is issuer and subject, and groups are of that issuer',
  },
  'principal.agent': {
    source: 'RFC 8693 4.1, contract',
    says: 'an agent is the outermost actor, in its own groups alone, and acts within those of its subject',
  },

  // The log.
  'log.tiles': { source: 'C2SP tlog-tiles', says: 'tiles and entry bundles stand at their paths in their forms' },
  'log.partial-tiles': {
    source: 'C2SP tlog-tiles',
    says: 'partial tiles of published sizes stay until the full one is there',
  },
  'log.hashes': {
    source: 'RFC 6962 2.1',
    says: 'leaves, nodes and the empty tree hash as written there, at every size',
  },
  'log.proofs': {
    source: 'RFC 6962 2.1.1, 2.1.2',
    says: 'every proof of ours holds, and none with a bit, index or size changed',
  },
  'log.checkpoint': {
    source: 'C2SP tlog-checkpoint',
    says: 'a checkpoint has one form, and none of another origin is opened',
  },
  'log.signed-note': {
    source: 'C2SP signed-note',
    says: 'unknown signatures are ignored, a bad one by a known key rejects the note, and their number is capped',
  },
  'log.receipt': { source: 'C2SP tlog-proof', says: 'a receipt proves its entry offline, and no other entry' },
  'log.verify-names-entry': { source: 'contract', says: 'verification names the first entry that does not hold' },
  'log.verify-every-file': {
    source: 'house',
    says: 'one bit flipped in any file is found; so is a file cut, missing or longer',
  },
  'log.verify-against': { source: 'contract', says: 'against an older checkpoint a cut log and a fork do not hold' },
  'log.group-commit': {
    source: 'contract',
    says: 'indexes are in order at once, and entries that arrive together share a flush',
  },
  'log.entry-cap': { source: 'contract', says: 'an entry is of at most 60 KiB' },
  'log.crash': { source: 'house', says: 'killed at any point, no acknowledged entry is lost and the log verifies' },
  'log.disk-faults': { source: 'house', says: 'a write, fsync or rename that fails once loses no acknowledged entry' },
  'log.torn-tail': { source: 'house', says: 'what was written half is cut off, and nothing before it' },
  'log.one-writer': { source: 'house', says: 'two sequencers never both go on' },
  'log.refuses-start': {
    source: 'contract',
    says: 'a log ahead of its lock, of another key or of another origin is not gone on with; recovery is the logged way out',
  },

  // The gate.
  'gate.no-credential-nothing': {
    source: 'contract',
    says: 'nothing is served without a credential but health and metadata',
  },
  'gate.body-after-credential': {
    source: 'contract',
    says: 'a body is read, and `Expect` answered, after the credential was verified',
  },
  'gate.not-governed': { source: 'contract', says: 'what is not governed does not pass: 404 after authentication' },
  'gate.bad-http': {
    source: 'RFC 9112, contract',
    says: 'what is not well-formed HTTP gets a bare answer and is forwarded nowhere',
  },
  'gate.two-hosts': { source: 'RFC 9112 3.2', says: 'two `Host` headers are a 400' },
  'gate.slow-heads': { source: 'contract', says: 'a head or body that comes too slowly is a 408' },
  'gate.body-cap': { source: 'contract', says: 'a body over the limit is a 413, declared or not' },
  'gate.bad-body': {
    source: 'contract',
    says: 'a body that two readers could understand differently is a 400 in the dialect’s shape',
  },
  'gate.strangers': { source: 'contract', says: 'what fails before authentication is counted and logged as a summary' },
  'gate.intent-first': { source: 'contract', says: 'an intent entry is durable before the provider is called' },
  'gate.before-release': {
    source: 'contract',
    says: 'with `before-release` nothing reaches the caller that is not recorded, and actions with effects wait before they are forwarded',
  },
  'gate.fail-closed': { source: 'contract', says: 'what cannot be recorded is not done: `audit_unavailable`' },
  'gate.fail-open': { source: 'contract', says: 'only where the operator wrote `open` it goes on, without a receipt' },

  // Content.
  'content.lens': {
    source: 'contract',
    says: 'a body that nobody edits passes byte for byte, and an edit changes its text alone',
  },
  'content.all-text': {
    source: 'contract',
    says: 'every string is text but those listed as opaque, in unknown fields too',
  },
  'content.coverage': {
    source: 'issue 9.1',
    says: 'what becomes of a value in each field of each dialect and direction is observed, and no cell of the matrix is empty',
  },
  'content.bad-input': {
    source: 'issue 9, bad input',
    says: 'bad content gets the same in every dialect: edited as the text that it is, or refused, and never passed on unread',
  },
  'content.names': { source: 'contract', says: 'a finding in a member’s name refuses' },
  'content.uninspectable': {
    source: 'contract',
    says: 'what cannot be inspected is refused unless a policy lets it pass',
  },
  'content.attachments': {
    source: 'house',
    says: 'an attachment that says it is text is read within and edited there; one that is none, or does not say so, is uninspectable',
  },
  'content.references': {
    source: 'house',
    says: 'what a provider keeps and a model will read is uninspectable: an earlier response, a conversation, a file by its id',
  },
  'content.seals': { source: 'house', says: 'a signature over text that was edited is not left beside it' },
  'system.stable-marks': {
    source: 'house',
    says: 'marks around untrusted text are the same in every turn of a session, and none that a text in it says',
  },
  'content.unsealed': {
    source: 'house',
    says: 'what a signature vouched for and is edited in a request is left out of it, where the provider takes a turn without',
  },
  'content.spellings': {
    source: 'Protocol Buffers, ProtoJSON format',
    says: 'a field is seen under both of its names, in one object as in an array; a body that has it under both is refused',
  },
  'content.numbers': {
    source: 'house',
    says: 'long numbers are text in what tools are given and give back as JSON, as they are where it is a string',
  },
  'content.one-model': {
    source: 'house',
    says: 'a body that names a further model than the one decided on is refused',
  },
  'content.acts': {
    source: 'contract',
    says: 'block, redact, mask and flag are carried out, requests and answers alike (tokenize: `vault.*`)',
  },
  'content.illness': { source: 'design', says: 'a detector that fails refuses, and what it says is not passed on' },
  'content.any-text': {
    source: 'issue 11.9',
    says: 'no text makes a detector fail, break its law, or cost out of all proportion',
  },
  'content.disguised': {
    source: 'issue 11',
    says: 'secrets, terms and personal data are found in what is encoded, escaped, respelt or has invisible characters, at their place in the original, and nothing that remains decodes to them',
  },
  'content.disguised-streams': {
    source: 'issue 11',
    says: 'what is encoded or disguised in a stream is found however it is cut, and held no longer than its detector holds a text',
  },
  'content.disguised-bounded': {
    source: 'issue 11.9',
    says: 'what a text may say in other ways is bounded by its length, whatever it is made of',
  },
  'content.terms': {
    source: 'issue 11.7',
    says: 'an operator’s own words and patterns are found at the edges of words, obliged by `term` and `term.NAME`, and refused where unbounded',
  },
  'content.patterns-as-alone': {
    source: 'issue 11.8',
    says: 'all patterns in one pass find what each expression finds alone, under every cutting',
  },
  'content.failure-modes': {
    source: 'issue 9.6',
    says: 'each detector is closed unless written open; each use of open is in the log, with what the others found',
  },
  'content.remote-failed': {
    source: 'issue 9.6',
    says: 'a remote detector that throws, is late, overloaded or answers nonsense has failed, and is never clean',
  },
  'content.pii-found': {
    source: 'issue 11',
    says: 'telephone numbers, national ids, passports, dates of birth, addresses of machines and of crypto currencies are found in ten locales',
  },
  'content.pii-checksum': {
    source: 'issue 11',
    says: 'a number that has a checksum is found only where that holds, and what other numbers look like too only where words name it',
  },
  'local.detector': {
    source: 'issue 11',
    says: "a detector of a module runs beside the gateway's own thread, is told what is data, and fails like any other",
  },
  'injection.values': {
    source: 'issue 11',
    says: 'a value of structured data is judged as a text of its own, without its escapes, and what is found has its place',
  },
  'inspect.remembered': {
    source: 'issue 11',
    says: 'what was found in a text is remembered for its subject, and what is said of it is what a look would say',
  },
  'transformer.tokenizer': {
    source: 'issue 11',
    says: 'the tokenizer cuts texts as the library of its model does, and places are kept',
  },
  'transformer.damaged': {
    source: 'issue 11',
    says: 'models that are missing, damaged or of another version do not start, and are named',
  },
  'transformer.bounded': {
    source: 'issue 11',
    says: 'the transformer is bounded: in who waits, in how long, in what is done for nobody',
  },
  'content.labels-max': { source: 'issue 9.6', says: 'a remote detector is never shown what is above its labelsMax' },
  'content.where-used': {
    source: 'issue 9.6',
    says: 'a remote detector is shown a text only where a policy in force can use what it finds',
  },
  'stream.late': {
    source: 'issue 9.6',
    says: 'a stream that a remote detector looks at says, released whole, what it would have said while it flowed',
  },
  'stream.chunk-invariant': { source: 'design', says: 'every cutting of a stream gives what the whole gives' },
  'stream.no-buffering': { source: 'design', says: 'text is held only where a match is still possible' },
  'stream.unknown-events': {
    source: 'contract',
    says: 'unknown events are not passed on where a text obligation holds, and are counted',
  },
  'stream.torn': { source: 'contract', says: 'a torn stream ends with the error event, never with the end mark' },

  // What is tokenized, and put back.
  'vault.stable': {
    source: 'contract',
    says: 'a value has one placeholder in a session, in every process, and others for other principals and sessions',
  },
  'vault.round-trip': { source: 'contract', says: 'what was tokenized comes back exactly, whole and streamed' },
  'vault.isolated': {
    source: 'contract',
    says: 'a placeholder stands for something to its own principal and session alone, a thousand at once',
  },
  'vault.drift': {
    source: 'contract',
    says: 'restoring survives drift of case, Markdown, blanks and brackets, and split chunks',
  },
  'vault.invented': { source: 'contract', says: 'a placeholder that nobody gave out stays as it is' },
  'vault.decided': {
    source: 'contract',
    says: 'restoring is a decision of its own (`detokenize`), asked once for an answer that has a placeholder, and in the log',
  },
  'vault.sinks': {
    source: 'contract',
    says: 'nothing is restored in an address or in the arguments of a tool unless the policy names that place',
  },
  'vault.order': { source: 'house', says: 'what the model said is judged first, and then values are put back' },
  'vault.chunk-invariant': { source: 'design', says: 'every cutting of a stream is restored as the whole is' },
  'vault.never-live': { source: 'contract', says: 'a surrogate of a card is never a number that could be a card’s' },
  'vault.sealed': {
    source: 'contract',
    says: 'values in the store are encrypted, and bound to principal, session, placeholder and expiry',
  },
  'vault.ttl': { source: 'contract', says: 'a value cannot be restored once its time to live is over' },
  'vault.durable': { source: 'house', says: 'nothing is forwarded before the store has what was tokenized in it' },
  'vault.closed': { source: 'design', says: 'what is to be tokenized and cannot be kept is refused' },
  'vault.replicas': { source: 'contract', says: 'gateways of one store restore what any of them tokenized' },

  // What replicas share.
  'store.only-new': {
    source: 'design',
    says: 'of several who put what must be new, in whatever process, one succeeds',
  },
  'store.followed': {
    source: 'design',
    says: 'who follows is told of every change, whoever made it, and that it is ill while it cannot be told',
  },
  'replicas.revocation': {
    source: 'issue 8.6',
    says: 'what is revoked at one gateway is refused at every other on its store, and cut there',
  },
  'replicas.proofs': {
    source: 'RFC 9449 11.1',
    says: 'a proof used at one gateway is refused at every other on its store; nonces of one are taken by all',
  },
  'replicas.keys': { source: 'issue 8.3', says: 'an API key made at one gateway is good at every other on its store' },
  'replicas.secrets': {
    source: 'house',
    says: 'a secret that one gateway stored opens its provider at every other with the same `secretsKey`',
  },
  'replicas.budgets': {
    source: 'issue 8.3',
    says: 'what a key spent at one gateway counts at every other on its store',
  },
  'replicas.tokens': {
    source: 'contract',
    says: 'gateways on one store sign and verify by the same keys, and rotate them together',
  },
  'replicas.log': { source: 'design', says: 'each of several gateways on one store has an audit log of its own' },
  'replicas.offline': {
    source: 'contract',
    says: 'what a command writes to the store where no gateway runs holds at those that run elsewhere',
  },
  'replicas.socket': { source: 'house', says: 'a gateway does not take the control socket of another one that runs' },
  'replicas.away': {
    source: 'house',
    says: 'gateways whose database is away refuse with 503 and say so, and serve once it is back',
  },
  'replicas.lost': {
    source: 'house',
    says: 'a database that holds nothing of an installation whose log has begun refuses its start',
  },
  'replicas.password': {
    source: 'house',
    says: 'the password of a database is in no message, log entry, digest or output',
  },
  'replay.once': {
    source: 'RFC 9449 11.1',
    says: 'what may be used once is remembered for its window, atomically, across replicas, and not let pass where the memory is away',
  },

  // Policy.
  'policy.default-deny': { source: 'contract', says: 'nobody is permitted by default' },
  'policy.errors-refuse': {
    source: 'contract',
    says: 'an evaluation error refuses, in a forbid that Cedar would skip too',
  },
  'policy.own-annotations': { source: 'contract', says: 'more than ten policies keep their own annotations' },
  'policy.two-gateways': { source: 'contract', says: 'two engines in one process stay apart' },
  'policy.oblige': { source: 'contract', says: 'oblige policies never grant, and their obligations always join' },
  'policy.shadow': { source: 'contract', says: 'shadow policies are told and change nothing' },
  'policy.challenge': {
    source: 'contract',
    says: 'a challenge is asked only where, but for it, the answer were permit',
  },
  'policy.memo': { source: 'design', says: 'the memo never answers otherwise than Cedar does' },
  'policy.check-types': { source: 'contract', says: 'a type error has its place, and the nearest name' },
  'policy.check-ids': { source: 'contract', says: 'a policy without an id, or with one that stands twice, is a fault' },
  'policy.check-dead': { source: 'contract', says: 'a forbid that can never fire is a fault' },
  'policy.route-twice': {
    source: 'contract',
    says: 'a routed exchange is decided again for its new model; the obligations of both decisions hold',
  },
  'policy.route-refused': {
    source: 'contract',
    says: 'two different routes refuse, and so does a route that leads on',
  },
  'policy.check-obligations': { source: 'contract', says: 'unknown obligations and finding types are faults' },

  // API keys.
  'keys.format': { source: 'issue 8.3', says: 'a key is 256 random bits with one spelling, of b64token characters' },
  'keys.checksum': {
    source: 'issue 8.3',
    says: 'a checksum tells a key from what looks like one; a single damaged character is always seen',
  },
  'keys.stored-as-hash': {
    source: 'issue 8.3',
    says: 'of a key the store holds SHA-256 of its random bits, and no more',
  },
  'keys.shown-once': { source: 'issue 8.3', says: 'a key is shown when it is made, and in no list, entry or log' },
  'keys.input': { source: 'house', says: 'what a key is asked for is checked whole, and every fault is told at once' },
  'keys.principal': {
    source: 'issue 8.3',
    says: 'a key is a service of its owner, whose labels and revocations count',
  },
  'keys.narrowed': { source: 'issue 8.9', says: 'lists of models and datasets narrow the scopes, wildcards too' },
  'keys.refused-precisely': {
    source: 'issue 8.3',
    says: 'expired, revoked, malformed and unknown keys are refused by their own codes',
  },
  'keys.exchanged-or-direct': {
    source: 'issue 8.3',
    says: 'the data plane takes keys made `direct` alone, and only where the operator allows that',
  },
  'keys.rotation': {
    source: 'issue 8.3',
    says: 'a rotated key ends with the overlap, and its successor may do the same',
  },
  'keys.revocation': {
    source: 'issue 8.6',
    says: 'a revoked key ends at once; the revocation is persisted before it is confirmed',
  },
  'keys.shared': { source: 'contract', says: 'what one process does to a key counts in all of them' },
  'keys.store-away': {
    source: 'house',
    says: 'while the store is away no key is taken, unless the operator chose otherwise',
  },
  'keys.row-closed': {
    source: 'house',
    says: 'a row of a key that cannot be read opens nothing, and the operator is told',
  },
  'keys.last-use': { source: 'issue 8.3', says: 'the last use of a key is kept, written at most once a minute' },
  'keys.budget': { source: 'issue 8.3', says: 'a budget counts what answers report, and before them the estimate' },
  'keys.budget-refused': { source: 'contract', says: 'what a budget has not left is refused as `budget_exceeded`' },
  'keys.budget-kept': { source: 'issue 8.3', says: 'what was spent is kept across restarts, rotations and processes' },
  'budgets.reserve': {
    source: 'issue 9.5',
    says: 'what a request can cost is set aside before it is sent, and what is not there refuses it',
  },
  'budgets.window': {
    source: 'issue 9.5',
    says: 'a rolling window never holds more than its amount; days and months are those of UTC',
  },
  'budgets.shared': {
    source: 'issue 9.5',
    says: 'gateways on one store spend nothing twice and lose nothing, in whatever order they write',
  },
  'budgets.away': {
    source: 'issue 9.5',
    says: 'while the store is away nothing is spent that cannot be counted, unless the operator chose otherwise',
  },
  'budgets.rules': {
    source: 'issue 9.5',
    says: 'a rule counts per principal, group, key or model, or all together; one that refuses spends of none',
  },
  'budgets.policy': { source: 'contract', says: 'limits of policies are obligations, and the smallest holds' },
  'budgets.reconcile': {
    source: 'issue 9.5',
    says: 'what the provider reports takes the place of what was set aside, in tokens and in money by the price',
  },
  'budgets.exact': { source: 'house', says: 'money is summed in whole millionths, each exchange rounded up' },
  'budgets.usage-asked': {
    source: 'contract',
    says: 'where usage is needed and was not asked for, it is asked for, and the extra chunk removed',
  },
  'budgets.aborted': {
    source: 'issue 9.5',
    says: 'of a stream that was cut what came is charged, and the rest given back',
  },
  'budgets.given-back': { source: 'issue 9.5', says: 'an exchange that is not made gives back what was set aside' },
  'budgets.answers': {
    source: 'contract',
    says: 'a rate is refused with 429, `Retry-After`, `RateLimit` and `x-ratelimit-*`; what is spent with 403, and the log names the budget',
  },
  'budgets.race': {
    source: 'issue 9.5',
    says: 'of 200 requests at once an allowance of 100 serves 100, at several gateways too',
  },
  'limits.sizes': {
    source: 'issue 9.5',
    says: 'a request that asks for too long an answer, or has too many tools or pictures, is refused',
  },
  'limits.smallest': { source: 'contract', says: 'of several limits the smallest holds' },
  'limits.prompt-bounds': {
    source: 'issue 9.5',
    says: 'the bounds of a prompt hold: it has no more tokens than bytes, and no less than plain words',
  },
  'limits.prompt-count': {
    source: 'issue 9.5',
    says: 'a prompt is counted where its bounds do not tell, in bounded time whatever it is',
  },
  'policy.check-limits': {
    source: 'contract',
    says: 'limits are checked: their kind, their numbers and windows, and money of models without a price',
  },
  'store.only-if': { source: 'house', says: 'of several who put over one value, one succeeds' },
  'keys.audit-note': {
    source: 'issue 8.3',
    says: 'each change of a key leaves an entry, without its secret and its owner',
  },
  'keys.command': {
    source: 'contract',
    says: '`ostiary keys` does the same with and without a running gateway, and what was done without is logged by the next start',
  },

  // Providers.
  'forward.own-credential': {
    source: 'contract',
    says: 'only our own credential and what the dialect needs reach a provider',
  },
  'forward.account-stays-ours': {
    source: 'contract',
    says: 'a provider’s 401, 403, 407 and redirects are a 502; its cookies and account headers stay here',
  },
  'forward.own-errors': { source: 'contract', says: 'its other errors pass in their own shape, their text inspected' },
  'forward.liar': {
    source: 'contract',
    says: 'a provider that lies about its answer is a 502 or a torn stream, never a whole answer',
  },
  'forward.abort': {
    source: 'contract',
    says: 'a caller who leaves ends the call upstream at once, and leaves no socket behind',
  },
  'forward.addresses': {
    source: 'issue 9.1',
    says: 'Azure and Vertex are addresses and credentials: a query is kept, and a key is shown as it is wanted there',
  },
  'forward.backpressure': { source: 'house', says: 'a caller who reads slowly holds the provider back' },
  'wire.sdk-errors': {
    source: 'contract',
    says: 'the OpenAI SDK shows each refusal as the exception of its type, with our code',
  },
  'wire.anthropic-clients': {
    source: 'contract',
    says: 'Anthropic’s SDK, LangChain and the AI SDK show each refusal as an exception of theirs, its message with our code',
  },
  'wire.gemini-clients': {
    source: 'contract',
    says: 'Google’s SDK, LangChain and the AI SDK show each refusal as an exception of theirs with our code, a torn stream of Google’s own too',
  },
  'wire.openai-clients': {
    source: 'contract',
    says: 'OpenAI’s SDK, LangChain and the AI SDK work at responses, completions, embeddings and moderations, and show each refusal as an exception of theirs',
  },
  'stream.numbers': {
    source: 'house',
    says: 'events of a stream that are numbered stay numbered one by one, ours among them',
  },
  'wire.no-futile-retries': { source: 'contract', says: 'what is refused for good is not tried again by SDKs' },
  'wire.models': { source: 'contract', says: '`GET /v1/models` lists only what the caller may invoke' },

  // What is permitted lives on.
  'grant.revocation-cuts': {
    source: 'design, "A grant lives"',
    says: 'a stream is cut with `revoked_token` when its token, subject, actor or everything is revoked; others go on',
  },
  'grant.revocation-at-the-door': {
    source: 'RFC 7009 2',
    says: 'a revoked token is refused at once, though its verification was remembered',
  },
  'grant.expiry-cuts': { source: 'contract', says: 'a stream is cut with `expired_token` when its token expires' },
  'grant.stream-grace': { source: 'contract', says: 'a stream is cut at `exp` plus `streamGrace`' },
  'grant.policy-cuts': {
    source: 'design, "A grant lives"',
    says: 'a stream that a reloaded policy forbids is cut with `forbidden_by_policy`',
  },
  'grant.global-revocation': {
    source: 'draft-parecki-oauth-global-token-revocation',
    says: 'an authenticated request with a subject identifier ends every token of that subject, answered with 204',
  },
  'revoke.command': { source: 'contract', says: '`ostiary revoke` takes effect at once in the gateway that runs' },
  'revoke.offline': {
    source: 'contract',
    says: 'with no gateway running a revocation is written to the store, and the next start logs it',
  },
  'grant.parked-revoked': {
    source: 'house',
    says: 'a request that waits for an approval waits no longer once its token is revoked',
  },
  'grant.store-away': {
    source: 'house',
    says: 'while the store is away no token can be said not to be revoked, so none is taken, unless the operator chose so',
  },
  'grant.labels-cut': {
    source: 'design, "A grant lives"',
    says: 'a stream is cut with `forbidden_by_policy` when its identity gathers a label that forbids it',
  },
  'grant.time-cuts': {
    source: 'design, "A grant lives"',
    says: 'where policies read the time, what was permitted is decided again each second',
  },

  // Labels.
  'datasets.by-what-is-read': {
    source: 'Ostiary contract, policy vocabulary',
    says: 'a read of a dataset is decided by the classification of what it would read, before anything is read',
  },
  'datasets.labels': {
    source: 'Ostiary contract, sessions and labels',
    says: 'an identity gathers the labels of what it read of a dataset, and of nothing else',
  },
  'datasets.columns': {
    source: 'Ostiary contract, policy vocabulary',
    says: 'a column that policy masks, replaces or leaves out is seen by nobody and decides nothing that is',
  },
  'datasets.purpose': {
    source: 'Ostiary contract, policy vocabulary',
    says: 'where policy demands a purpose a read without one of those that the dataset lists is refused',
  },
  'datasets.search-within': {
    source: 'Ostiary contract, data plane',
    says: 'documents that a caller may not see take no part in its search',
  },
  'embedding.as-the-caller': {
    source: 'Ostiary contract, data plane',
    says: 'the vector of a query is made by an exchange in the name of its caller, which ends with what the caller came with',
  },
  'embedding.falls-back': {
    source: 'house',
    says: 'where no vector may or can be made of a query it is searched for by its words, and the answer says so and no more',
  },
  'embedding.labels': {
    source: 'design, "Labels flow"',
    says: 'neither a query nor a document reaches a model that policy forbids to who has the labels of its caller, or of itself',
  },
  'embedding.documents': {
    source: 'house',
    says: 'documents are embedded in the name of their dataset, or are not put into it',
  },
  'authorize.decides': {
    source: 'Ostiary contract, POST /v1/authorize',
    says: 'a decision, its obligations and its public reasons, without anything being forwarded',
  },
  'authorize.scopes': {
    source: 'house',
    says: 'a caller needs `authorize:check` and the scope of the action that it asks about, both for that resource',
  },
  'authorize.arguments': {
    source: 'house',
    says: 'every string, name and number of the arguments is inspected before the decision, and none of them is said again',
  },
  'authorize.labels': {
    source: 'house',
    says: 'what the arguments and the tool bring is on the ledger before a permit is told; a no brings what is known again, and nothing else',
  },
  'authorize.logged': { source: 'house', says: 'a check has an outcome entry with what was decided, and no intent' },
  'flow.attacks': {
    source: 'design, "Labels flow"',
    says: 'the shipped flow rules stop every scripted attack, detectors switched off, before anything reaches a provider or a tool',
  },
  'flow.benign': {
    source: 'design, "Labels flow"',
    says: 'of the scripted workflows that mean no harm the shipped flow rules stop one in twenty at most, each of them documented',
  },
  'datasets.obliged': {
    source: 'Ostiary contract, policy vocabulary',
    says: 'what is obliged about a read and cannot be done about one refuses it',
  },
  'datasets.ends': {
    source: 'Ostiary contract, "Grants"',
    says: 'a result whose permit ended is over, and said to be in the log, whether or not its caller takes it',
  },
  'datasets.framing': {
    source: 'RFC 8259 section 2',
    says: 'no cell, title or name ends a line or a value of a result early, and a result is JSON whatever was taken out of it',
  },
  'documents.attributes-obliged': {
    source: 'Ostiary contract, policy vocabulary',
    says: 'an attribute of a document is shown on the terms that policy has for a document as high as it is',
  },
  'documents.lattice': {
    source: 'issue 10',
    says: 'a document that is classified by words which are not of the lattice is seen by nobody',
  },
  'labels.of-identity': {
    source: 'contract, "Sessions and labels"',
    says: 'labels belong to issuer and subject across agents, and no header sheds them',
  },
  'labels.in-play': { source: 'design, "inspect"', says: 'what a request brings counts in its own decision' },
  'labels.logged': { source: 'contract, "The audit event"', says: 'the intent entry has labels before and after' },
  'labels.durable-first': {
    source: 'house',
    says: 'labels are in the store before what brought them goes on; where they cannot be, it does not',
  },
  'labels.answers': { source: 'house', says: 'what an answer says brings labels before it leaves' },
  'labels.minted-sessions': {
    source: 'contract, "Sessions and labels"',
    says: 'where labels stay with sessions only those that were minted for the principal are taken',
  },
  'labels.declassified': {
    source: 'contract, "Sessions and labels"',
    says: 'a label is lowered by whom policy permits it, with a reason and an entry, at once and everywhere',
  },
  'labels.release': {
    source: 'design, "Labels flow"',
    says: 'an answer is withheld from a reader who may not have what it was made of, and nobody is asked where it has read that itself',
  },
  'datasets.known-again': {
    source: 'design, "Labels flow"',
    says: 'what was read of a dataset at a high classification is known again in the exchanges of everybody, before it is told',
  },

  // Exact-data match.
  'fingerprints.reformatted': {
    source: 'design, "Labels flow"',
    says: 'a value that was released is known again quoted, regrouped, in other cases, scripts and escapes',
  },
  'fingerprints.joint': {
    source: 'design, "Labels flow"',
    says: 'fields of one row are known again together, in any order, near one another, dates in any form',
  },
  'fingerprints.copied-run': {
    source: 'Schleimer, Wilkerson, Aiken: Winnowing, SIGMOD 2003',
    says: 'any copied run of a long text that has the guaranteed length is found',
  },
  'fingerprints.no-guessing': {
    source: 'design, "Labels flow"',
    says: 'what can be guessed is not remembered, so that nobody learns from a label what was released',
  },
  'fingerprints.chunk-invariant': {
    source: 'design, "Streams are chunk-invariant"',
    says: 'every cutting of a text brings the same labels',
  },
  'fingerprints.shared': {
    source: 'design, "Storage"',
    says: 'what one gateway of a store remembers all of them know',
  },
  'fingerprints.durable-first': {
    source: 'house',
    says: 'what is to be known again is in the store before it is released; where it cannot be, that is an error',
  },
  'fingerprints.sealed': { source: 'house', says: 'rows of the store say nothing of values and cannot be tried on' },
  'fingerprints.no-trying': {
    source: 'issue 10, "so that nobody learns by guessing"',
    says: 'a request that is refused for a value which is known again brings its labels all the same: nobody tries a second one unseen',
  },
  'fingerprints.anybody': {
    source: 'design, "Labels flow"',
    says: 'values that were released to one are known in the prompts and answers of everybody, in every session',
  },

  // Scopes.
  'scope.every-door': { source: 'RFC 6750 3.1', says: 'every door has a scope, and a token without it is refused' },
  'scope.names-what-is-missing': {
    source: 'RFC 6750 3.1',
    says: 'the refusal is `insufficient_scope` and names the scope that is needed',
  },
  'scope.broader-implies-narrower': {
    source: 'MCP authorization',
    says: 'a broader scope implies the narrower ones, and never one of a resource that is merely named alike',
  },

  // Real client libraries, against the development issuer and the gateway.
  'clients.client-credentials': {
    source: 'RFC 6749 4.4',
    says: 'a token that a service got by client credentials is served as its policies say',
  },
  'clients.authorization-code': {
    source: 'RFC 6749 4.1, RFC 7636',
    says: 'a token that an app got by authorization code with PKCE is served as the policies for its person say',
  },
  'clients.device': { source: 'RFC 8628', says: 'so is one that a device got, for the person who answered' },
  'clients.refresh': {
    source: 'RFC 6749 6',
    says: 'a renewed token is served, and refused once its session is revoked',
  },
  'clients.step-up': {
    source: 'RFC 9470 3, 6.1',
    says: 'a challenge names what to ask the issuer for, and a login of that class satisfies it; a renewal does not',
  },
  'cli.token-dpop': {
    source: 'contract',
    says: '`token --dpop FILE` makes a key or reads it, and binds the token to it',
  },
  'cli.token-proof': {
    source: 'RFC 9449 4.2',
    says: '`token --proof` prints a proof for one request beside the token',
  },
  'dev.demo-datasets': {
    source: 'Ostiary contract, commands',
    says: '`dev` has a demo dataset, which each of its people reads as policy lets',
  },
  'demo.one-question': {
    source: 'Ostiary contract, commands',
    says: 'the demo has two people ask one question: each finds what it may, and who read restricted data uses no model outside',
  },
  'datasets.worked-example': {
    source: 'house',
    says: 'the guide to datasets does to the letter what it says, on a real PostgreSQL',
  },
  'dev.login-code': {
    source: 'house',
    says: 'whoever logs in at the issuer of `dev`, by the page, by `login_hint` or for a device, knows a code that is in its data folder',
  },
  'dev.login-code-attempts': {
    source: 'house',
    says: 'after five wrong login codes in a minute none is looked at',
  },

  // Token exchange.
  'exchange.never-more': {
    source: 'RFC 8693 1.1',
    says: 'whatever is asked, the result has no scope, audience, life or freedom that its subject token lacked',
  },
  'exchange.no-more-scope': {
    source: 'RFC 8693 2.1, RFC 6749 3.3',
    says: 'a scope that the subject token does not cover is an `invalid_scope`; a narrower form of one is given',
  },
  'exchange.no-more-audience': {
    source: 'RFC 8693 2.2.2',
    says: 'an audience or resource that the subject token is not for is an `invalid_target`',
  },
  'exchange.no-longer-life': {
    source: 'house',
    says: 'the result expires no later than the subject token, the actor token and the configured lifetime',
  },
  'exchange.no-more-networks': {
    source: 'house',
    says: 'the result may be used from where both tokens may be, and from nowhere else',
  },
  'exchange.act-chain': {
    source: 'RFC 8693 4.1',
    says: 'the actor stands outermost in `act`, by issuer and subject, and the chain before it is history within',
  },
  'exchange.depth-limit': { source: 'house', says: 'a chain has at most eight actors' },
  'exchange.actor-acts-itself': { source: 'house', says: 'an actor token that is itself delegated is refused' },
  'exchange.may-act': {
    source: 'RFC 8693 4.4',
    says: 'where the subject token has `may_act`, nobody else becomes its actor',
  },
  'exchange.binding-kept': {
    source: 'RFC 9449 5, RFC 8705 3',
    says: 'a bound token is exchanged with a proof by its key, or by the actor that `may_act` names with one by its own, and the result is bound',
  },
  'exchange.parents-end-it': {
    source: 'house',
    says: 'a token made of others ends with each of them, their sessions and API keys',
  },
  'exchange.token-types': {
    source: 'RFC 8693 2.1',
    says: 'subject, actor and result are access tokens or JWTs; any other type is an `invalid_request`',
  },
  'exchange.strict-form': {
    source: 'RFC 6749 3.2',
    says: 'a parameter twice, a bad escape or bytes that are not UTF-8 refuse the request; an empty parameter counts as absent',
  },
  'exchange.answer': {
    source: 'RFC 8693 2.2.1',
    says: 'the answer has `issued_token_type`, `token_type`, `expires_in` and `scope`, and is not stored',
  },
  'exchange.errors': {
    source: 'RFC 6749 5.2, RFC 8693 2.2.2',
    says: 'refusals are the errors of OAuth, with the closed code beside them',
  },
  'exchange.unavailable': {
    source: 'house',
    says: 'while a token, a key or a revocation cannot be checked, nothing is issued and the answer is 503',
  },
  'exchange.told': {
    source: 'house',
    says: 'every grant, and every refusal of somebody known, has an entry without names or tokens; strangers are counted',
  },

  // Our own tokens.
  'own-token.rfc9068': {
    source: 'RFC 9068 2.1, 2.2',
    says: 'our tokens have `typ` `at+jwt` and all claims of an access token, with an unguessable `jti`',
  },
  'own-token.by-jwks-alone': {
    source: 'house',
    says: 'a service behind the gate verifies a token by our key set alone',
  },
  'own-token.same-principal': {
    source: 'house',
    says: 'a token of ours comes back as the principal that it was made for',
  },
  'own-token.identity-stays': {
    source: 'contract',
    says: 'issuer and subject stay those of the first token, so labels, groups and revocations are not shed by an exchange',
  },
  'own-token.age-stays': { source: 'house', says: 'a token counts as issued when the oldest token behind it was' },
  'own-token.revocable': {
    source: 'RFC 7009 2.1',
    says: 'a token of ours is revocable by its id, by all that are in its chain, and by all that it was made of',
  },
  'own-token.size': { source: 'house', says: 'a token is at most 8 KiB' },
  'own-token.strict': {
    source: 'RFC 8725bis 3.11',
    says: 'of what our keys signed only the form that we write is taken',
  },
  'own-token.origins': {
    source: 'house',
    says: 'what an issuer said that is configured no more is worth nothing at once, in our own tokens too',
  },
  'own-token.own-issuer': { source: 'house', says: 'no configured issuer is the gateway itself' },
  'own-token.from-key': {
    source: 'house',
    says: 'an API key is exchanged for a short-lived token by client credentials',
  },
  'own-token.client-authentication': {
    source: 'RFC 6749 2.3.1',
    says: 'a client authenticates by Basic or in the form, not both; what is not verified is not passed over',
  },
  'own-token.dpop-nonce': {
    source: 'RFC 9449 8',
    says: 'a client that learns of the nonce at the token endpoint comes again with it',
  },
  'own-token.told-first': { source: 'house', says: 'no token leaves before its entry is durable' },
  'own-token.metadata': { source: 'RFC 8414 2, 3', says: 'the metadata names endpoints, keys, grants and methods' },
  'own-token.public-keys-only': { source: 'RFC 7517 9.2', says: 'the key set holds no private part' },
  'own-token.published-first': {
    source: 'house',
    says: 'a key is published for ten minutes before it signs, for all replicas alike',
  },
  'own-token.published-after': { source: 'house', says: 'a key stays published until its last token has expired' },
  'own-token.compromised': { source: 'house', says: 'an operator can end a key and all its tokens at once' },

  // Revocation by who holds a token.
  'revoke.own-token': { source: 'RFC 7009 2.1', says: 'whoever holds a token may revoke it, bound or not' },
  'revoke.unknown-is-fine': {
    source: 'RFC 7009 2.2',
    says: 'a token that is unknown, expired or revoked already is answered with 200',
  },
  'revoke.by-name': {
    source: 'house',
    says: 'a token is revoked by its issuer and id, and by its digest only where it has no id',
  },
  'own-token.compromised-cuts': {
    source: 'house',
    says: 'what goes on under tokens of a signing key that is taken out as compromised ends at once, like after any revocation',
  },
  'grant.seen-before': {
    source: 'house',
    says: 'a token seen before its subject was revoked stays ended, though its issuer’s clock is ahead and it is verified afresh',
  },
  'exchange.strangers-proofs': {
    source: 'house',
    says: 'the token endpoint takes no proof of who has neither token nor key, so that strangers fill nobody’s memory',
  },
  'grant.never-less': {
    source: 'house',
    says: 'a subject that is revoked again by a process whose clock is behind stays revoked up to the later time',
  },
  'revoke.twin': {
    source: 'house',
    says: 'a token without an id is revoked by what is signed, so that the other signature of ECDSA does not outlive it',
  },
  'revoke.unsupported-type': { source: 'RFC 7009 2.2.1', says: 'API keys are an `unsupported_token_type`' },
  'revoke.unavailable': {
    source: 'RFC 7009 2.2.1',
    says: 'while it cannot be revoked, the answer is 503 with `Retry-After`, never 200',
  },
  'revoke.parents-end-children': {
    source: 'house',
    says: 'revoking a token ends those exchanged from it, and no others',
  },

  // Keys of providers.
  'provider.weights': {
    source: 'house',
    says: 'several keys of one provider are used in turn, each by its weight',
  },
  'provider.refused-out': {
    source: 'house',
    says: 'a key that the provider answers 401 to is out of use while there is another, and log and metrics say so',
  },
  'provider.not-resent': { source: 'house', says: 'a call whose key was refused is not sent again with another' },
  'provider.last-stays': {
    source: 'house',
    says: 'the last key in use is tried again after 1 s, 2 s, 4 s and so on to 60 s, and calls in between fail at once',
  },
  'provider.back': {
    source: 'house',
    says: 'a refused key is used again once its secret changed, or an operator had the keys rotated',
  },
  'provider.reload': {
    source: 'house',
    says: 'a reload leaves keys that it does not change in the state that they are in',
  },
  'provider.never-shown': {
    source: 'house',
    says: 'no answer, error, log entry, metric or line of output holds a key, whatever provider, file or command does',
  },
  'provider.sealed': {
    source: 'house',
    says: 'a secret in the store is sealed under a key that is not in the store, and bound to its name',
  },

  // Files, and jobs that are made of them.
  'files.multipart': {
    source: 'RFC 7578, RFC 2046 5.1',
    says: 'a form that two readers could take apart differently is refused; its fields stand in any order',
  },
  'files.spool': {
    source: 'house',
    says: 'an upload lies on the disk under no name and under a key that is nowhere else; a full disk refuses it',
  },
  'files.batches': {
    source: 'house',
    says: 'each line of a batch is judged as it would be online, by action, model and lens of its endpoint, and edited in place',
  },
  'files.message-batches': {
    source: 'house',
    says: 'each request of a message batch is judged as it would be online, and its results are read here and nowhere else',
  },
  'files.train': {
    source: 'house',
    says: 'examples are judged by the action `train`, with a scope of its own, and train only models that they were judged for',
  },
  'files.documents': {
    source: 'house',
    says: 'a file for requests to name is inspected whole where it is text by what is in it, else it needs `pass:uninspectable`',
  },
  'files.refused-whole': {
    source: 'house',
    says: 'nothing of an upload leaves before its last line is judged; one refused line refuses it, by number and without its text',
  },
  'files.left': { source: 'house', says: 'an upload whose caller leaves reaches nobody and leaves nothing behind' },
  'files.revoked': { source: 'house', says: 'an upload ends when its credential is revoked' },
  'files.ownership': {
    source: 'house',
    says: 'files, jobs and what jobs made are listed, told and given to who made them alone, whatever the provider says',
  },
  'files.paths': { source: 'house', says: 'an id is one plain segment, and what no route lists is not governed' },
  'files.again': {
    source: 'house',
    says: 'what was judged at an upload is decided again when it is used, and refused where policy asks for more than was done',
  },
  'files.content': {
    source: 'house',
    says: 'content is judged line by line by the policies of now; a line that may not leave ends the download torn',
  },
  'files.log': {
    source: 'house',
    says: 'the intent of an upload has its digests, counts, findings and decisions, and none of its text',
  },
  'files.lives': {
    source: 'house',
    says: 'a download is cut when policies come to forbid it or its credential ends, and goes on through a reload that does not',
  },
  'files.labels': {
    source: 'house',
    says: 'labels that lines bring are on the ledger before anything leaves, and hold for the job that is made of them',
  },
  'files.budget': { source: 'house', says: 'a batch is charged for all of its lines together when it is made' },
  'files.memory': { source: 'house', says: 'an upload of 1 GiB is inspected within 64 MiB of added memory' },

  // Documents that are searched.
  'retrieval.filtered': {
    source: 'Ostiary contract, /v1/datasets/{name}/search',
    says: 'a search finds documents of the classes and readers of its query alone, filtered in the search and not after it',
  },
  'retrieval.invisible': {
    source: 'house',
    says: 'what a reader may not see costs no place among the hits, and moves no score and no order',
  },
  'retrieval.nearest': {
    source: 'house',
    says: 'of vectors that a reader may see the nearest are found, all and in order, however many nearer ones are not for it',
  },
  'retrieval.malformed': {
    source: 'house',
    says: 'a document whose access list or class is malformed is seen by nobody',
  },
  'retrieval.words-only': {
    source: 'house',
    says: 'the text of a query is words: no sign in it is read as the query language of the index',
  },
  'retrieval.next-search': {
    source: 'house',
    says: 'what is put, classified anew, given other readers or deleted is so for the next search',
  },
  'datasets.scan-proposal': {
    source: 'Ostiary contract, dataset scan',
    says: 'a scan proposes classifications by names, types and values; what nothing says is harmless stays unclassified',
  },
  'datasets.scan-no-values': { source: 'house', says: 'no value of the database is in what a scan prints' },
  'datasets.scan-hostile-names': {
    source: 'house',
    says: 'whatever a database calls its tables, columns and roles, the section that a scan prints means just those',
  },
  'retrieval.administered': {
    source: 'Ostiary contract, admin:datasets',
    says: 'documents are put, classified and deleted by whoever has the scope, and a policy that permits it',
  },
  'retrieval.ingest-in-force': {
    source: 'Ostiary contract, dataset ingest',
    says: 'a document that is ingested is found by the next search, in the place of the one of its id',
  },
  'retrieval.ingest-nobody': {
    source: 'house',
    says: 'a document of which nobody says who may find it is found by nobody, and whoever ingests it is told',
  },
  'retrieval.ingest-planted': {
    source: 'Ostiary contract, dataset ingest',
    says: 'a document that tells models what to do is labelled or refused, as the dataset says',
  },
  'retrieval.ingest-closed': {
    source: 'house',
    says: 'a document that a detector could not look at is not put, unless that detector may fail open',
  },
  'retrieval.ingest-logged': {
    source: 'house',
    says: 'what is done with documents is in the log by numbers: no id, title, text or reader is',
  },
  'retrieval.reclassify': {
    source: 'Ostiary contract, dataset reclassify',
    says: 'another classification or other readers of a document are so for the next search, and half of one is refused',
  },
  // A statement that a dataset is asked.
  'sql.one-select': {
    source: 'house',
    says: 'one SELECT over tables of the catalogue, by the grammar of PostgreSQL; whatever else a text may be is refused and never run',
  },
  'sql.functions': {
    source: 'house',
    says: 'functions, operators and types that are listed may be used; none of them writes, waits, or looks a table up',
  },
  'sql.place': {
    source: 'house',
    says: 'a refused statement is told line, column and kind of its fault, and neither answer nor log quotes it',
  },
  'sql.masked': {
    source: 'house',
    says: 'no statement learns anything of a masked column, of one that nobody classified, or of a row that is filtered away',
  },
  'sql.plain': {
    source: 'house',
    says: 'a column is known to decide nothing but its own output, or is taken to decide more',
  },
  'sql.same': { source: 'house', says: 'where nothing is changed a statement gives what it gave without the gateway' },

  // Tables that callers query under roles of their own.
  'tables.matrix': {
    source: 'issue 10',
    says: 'of every generated user, statement, change and filter no cell is shown that should not be, and none hidden that should',
  },
  'tables.role': {
    source: 'house',
    says: 'a statement runs in the role and with the claims of its caller, in a transaction that reads only and leaves nothing behind',
  },
  'tables.login': {
    source: 'issue 10',
    says: 'a login or role that is superuser, owner, above row security or a member of such is refused, at start and on each connection',
  },
  'tables.unclassified': {
    source: 'issue 10',
    says: 'a column that nobody classified, or that is new to the database, is there for nobody',
  },
  'tables.origin': {
    source: 'issue 10',
    says: 'a result column has the classification of the one column that it shows, else the highest of what the statement reads',
  },
  'tables.errors': {
    source: 'issue 10',
    says: 'of a statement that the database refuses the caller is told kind and place, and no value stands in any text',
  },
  'tables.caps': {
    source: 'issue 10',
    says: 'a result is cut off at the rows and bytes that are allowed, said to be so, and ended in the database',
  },
  'tables.slow-readers': {
    source: 'house',
    says: 'whoever does not take what there is holds no connection from others for long',
  },
  'tables.ended': {
    source: 'house',
    says: 'what nobody waits for any more is ended in the database, and no connection, transaction or role is left',
  },
  'tables.away': {
    source: 'issue 10',
    says: 'while the database is away everything is refused, and read again once it is back and was looked at',
  },
  'tables.server': {
    source: 'RFC 5802 5, RFC 7677',
    says: 'a server that was to prove that it knows the password and did not is not spoken to',
  },
  'secrets.contexts': {
    source: 'issue 11',
    says: 'a key, token or password that no vendor marks is found where a name says what it is, and nothing beside it',
  },
  'secrets.formats': {
    source: 'issue 11',
    says: 'over 120 formats of providers are found, and of each neither its beginning alone nor its sample in a manual',
  },
  'weights.damaged': {
    source: 'issue 11',
    says: 'a weights file that is damaged, missing or of another version is refused by its name',
  },
  'system.fence-finding': {
    source: 'issue 11',
    says: 'a finding that is fenced stands between marks that nobody could know, and the model is told what they mean',
  },
  'content.wanted': {
    source: 'issue 11',
    says: 'a detector runs only where a policy in force, or the ledger, can use what it finds',
  },
  'canary.mark': {
    source: 'issue 11',
    says: 'system text has a mark for each exchange, found in its answer whole or streamed, also re-encoded',
  },
  'canary.overlap': {
    source: 'issue 11',
    says: 'many letters in a row of the system text are found in an answer without the mark',
  },
  'canary.encodings': {
    source: 'issue 11',
    says: 'the mark, and the text without it, are found spaced, dressed up, backwards and in the usual encodings',
  },
  'canary.clean': {
    source: 'house',
    says: 'answers that say other things than the system text are not taken for it',
  },
  'views.undone': {
    source: 'issue 11',
    says: 'what hides words is undone: encodings, escapes, invisible characters, look-alikes, leet, letters apart, turned text',
  },
  'views.places': {
    source: 'issue 11',
    says: 'a stretch of a view has a place in the text that it was made of',
  },
  'views.linear': {
    source: 'issue 11',
    says: 'views of a text cost time in proportion to its length, whatever it is made of',
  },
  'injection.users': {
    source: 'issue 11',
    says: 'an attempt of a user to take a model over is found, and ordinary words that sound like one are not',
  },
  'injection.planted': {
    source: 'issue 11',
    says: 'an instruction planted in what a tool gave back is told at its place',
  },
  'injection.all-of-it': {
    source: 'issue 11',
    says: 'no part of a long text is left out when it is judged',
  },
  'injection.spans': {
    source: 'issue 11',
    says: 'what is found lies within its text, sorted and not overlapping',
  },
  'injection.decided': {
    source: 'issue 11',
    says: 'policies decide by the grade of an attempt to take a model over',
  },
  'injection.answers': {
    source: 'issue 11',
    says: 'an answer with an output obligation about injections is judged whole before any of it arrives',
  },
  'injection.under': {
    source: 'issue 11',
    says: 'words that are wrong only against the system message are judged with that message, and not without',
  },
  'injection.inspect': {
    source: 'issue 11',
    says: '`inspect` judges by the role and the system message of a line, and says of the lowest grade that nothing is done about it',
  },
  'injection.lines': {
    source: 'docs/detection.md, Injection',
    says: 'a sentence that is wrapped over several lines is judged as one, and what is no prose line by line',
  },
  'injection.linear': {
    source: 'issue 11',
    says: 'to judge a text costs time in proportion to its length, whatever it is made of',
  },
  'injection.doubt': {
    source: 'docs/detectors.md, Beside the gateway’s thread',
    says: 'what looks a little like an attack is one to ask a better detector about, though it is no finding',
  },
  'injection.about': {
    source: 'docs/detection.md, Injection',
    says: 'what words are about is told alike in every language that the vectors know',
  },
  'injection.features': {
    source: 'issue 11',
    says: 'a text is seen as the weights that are shipped saw it when they were learnt, whatever was read before',
  },
}
