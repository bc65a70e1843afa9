// The endpoints that are measured: each asks for the same words, and is answered with the same. `wrk.lua` and `streams.c` know
// them by the same names.

const DOORS = {
  chat: {
    path: '/v1/chat/completions',
    hello: { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hello' }] },
    answered: '"choices"',
  },
  responses: {
    path: '/v1/responses',
    hello: { model: 'gpt-4o-mini', input: [{ role: 'user', content: 'hello' }] },
    answered: '"output"',
  },
  anthropic: {
    path: '/anthropic/v1/messages',
    hello: { model: 'claude-sonnet-5', max_tokens: 256, messages: [{ role: 'user', content: 'hello' }] },
    answered: '"content"',
  },
}

export const doorOf = ({ door = 'chat' }) => DOORS[door]
