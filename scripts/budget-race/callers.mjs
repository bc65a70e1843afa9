import { request } from 'node:http'

/** So many requests, each on a connection of its own, sent once all of these are there. */
export async function burst(urls, count, what) {
  return await Promise.all(Array.from({ length: count }, (_, at) => ask(urls[at % urls.length], what)))
}

/** One request, over a connection of its own. */
function ask(url, { model, token, maxTokens }) {
  const body = JSON.stringify({
    model,
    max_tokens: maxTokens,
    messages: [{ role: 'user', content: 'How much is left?' }],
  })
  return new Promise((resolve, reject) => {
    const asking = request(`${url}/v1/chat/completions`, {
      method: 'POST',
      agent: false,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      },
    })
    asking.on('error', reject)
    asking.on('response', (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode, code: JSON.parse(text).error?.code }))
    })
    asking.end(body)
  })
}
