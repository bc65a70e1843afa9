// The real client, for the demo: what it shows must be what an application sees.
export { APIError, OpenAI } from 'openai'
export { type DevBrowser, startDevBrowser, type Visited } from './browser.js'
export { type ChatRequest, readChatRequest, type ShownMessage } from './chat-request.js'
export type { KeptAnswer } from './demo-files.js'
export { DEMO_MODEL, type DemoModel, type DemoModelOptions, type DemoRequest, startDemoModel } from './demo-model.js'
export { DevIssuerError } from './dev-error.js'
export { type DpopKey, type DpopProofParts, makeDpopKey, makeDpopProof, readOrMakeDpopKey } from './dpop.js'
export {
  type ConfidentialClient,
  type DevIdentityProvider,
  type DevIdentityProviderOptions,
  mintDevToken,
  startDevIdentityProvider,
} from './idp.js'
export { LIE_NAMES, type Lie, lieOfModel } from './lies.js'
export type { LoopbackAddress } from './loopback.js'
export { type LyingUpstream, type LyingUpstreamOptions, startLyingUpstream } from './lying-upstream.js'
export { DEV_PEOPLE, type DevName, type DevPerson, devPerson } from './people.js'
export type { UpstreamRequest } from './request-reader.js'
export { awsShapedKey, openaiShapedKey, TEST_CARD } from './secret-shapes.js'
export { DEFAULT_SCOPE, type DevTokenRequest } from './token-request.js'
export type { Wire } from './wire.js'
