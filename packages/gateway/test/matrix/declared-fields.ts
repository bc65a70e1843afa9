import { absent, nothing, type Row } from './fields.js'

// Two declarations of the guide `any-model-server.md`, as they are printed: Ollama's in lines of JSON, Cohere's in events.

export const USER = { role: 'user', content: 'good morning' }

export const COMMON: Row = {
  ...nothing('not in this declaration'),
  input: absent('another endpoint'),
  events: absent('only streams have events'),
}
