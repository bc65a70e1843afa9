// First: the flags must be set before Cedar's module is made.
import { tierAsEver } from './v8-flags.js'

export {
  policySetTextToParts,
  policyToJson,
  preparsePolicySet,
  preparseSchema,
  statefulIsAuthorized,
  validate,
} from '@cedar-policy/cedar-wasm/nodejs'

tierAsEver()
