import type { Detector } from '../../spec/index.js'
import { awsDetector } from './aws.js'
import { githubDetector } from './github.js'
import { openaiDetector } from './openai.js'

/** Keys and tokens that their vendors give a shape of their own: a detector for each, so that each can be off by itself. */
export const credentialDetectors: readonly Detector[] = [awsDetector, githubDetector, openaiDetector]
