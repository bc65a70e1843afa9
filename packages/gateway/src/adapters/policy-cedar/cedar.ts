import { setFlagsFromString } from 'node:v8'
import './v8-flags.js'

export {
  policySetTextToParts,
  policyToJson,
  preparsePolicySet,
  preparseSchema,
  statefulIsAuthorized,
  validate,
} from '@cedar-policy/cedar-wasm/nodejs'

// What was said holds for Cedar alone: an HTTP parser made of WebAssembly is hot from the first request.
setFlagsFromString('--wasm-tiering-budget=1800000')
