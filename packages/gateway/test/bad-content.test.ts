import { gzipSync } from 'node:zlib'
import { awsShapedKey, TEST_CARD } from '@ostiary/devkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { crc } from './event-stream.js'
import { type House, openHouse } from './house.js'
import { isAbsent, type Surface } from './matrix/fields.js'
import { differencesInStream } from './matrix/readable.js'
import { configOf, SURFACES } from './matrix/surfaces.js'
import {
  answers,
  type Between,
  behaves,
  call,
  expectRefused,
  expectStreamed,
  expectThrough,
  sent,
  streams,
} from './matrix/through.js'
import { startScriptedProvider } from './scripted-provider.js'

// Bad content and what it gets, through a whole gateway, in every dialect that it is about.

const CARD = TEST_CARD
const EMAIL = 'erika@example.com'
const KEY = awsShapedKey('bad-content')
const [NO_CARD, NO_EMAIL, NO_KEY] = ['[redacted:pii.card]', '[redacted:pii.email]', '[redacted:secret.aws]']

const POLICIES = `@id("redacts") @obligation("redact:pii, redact:secret, output:redact:pii, output:redact:secret")
permit (principal in Group::"analysts", action in [Action::"invoke", Action::"embed"], resource is Model);
@id("lets-pass") @obligation("pass:uninspectable")
permit (principal in Group::"support", action in [Action::"invoke", Action::"embed"], resource is Model);
@id("tokenizes") @obligation("tokenize:pii")
permit (principal in Group::"security", action in [Action::"invoke", Action::"embed"], resource is Model);
@id("sees") permit (principal in Group::"security", action == Action::"detokenize", resource is Model);
`

let house: House
let between: Between

beforeAll(async () => {
  const provider = await startScriptedProvider()
  // A word of a megabyte is to be let in here, uncounted: by default it is `prompt_too_large`.
  const limits = { promptTokens: 2_000_000 }
  house = await openHouse({ policies: POLICIES, config: { ...configOf(provider.origin), limits } })
  between = { house, provider }
})
afterAll(async () => {
  const log = (await house.entries()).map((one) => one.text).join('\n')
  for (const value of [CARD, EMAIL, KEY]) expect(log).not.toContain(value)
  await house.finish()
  await between.provider.close()
})

const each = (some: (surface: Surface) => boolean = () => true) =>
  SURFACES.filter(some).map((surface) => ({ surface, dialect: surface.title }))
const talks = ({ answer }: Surface): boolean => !isAbsent(answer.assistant)
const callsTools = (surface: Surface): boolean => isStreaming(surface) && surface.calls !== undefined
const isStreaming = ({ stream }: Surface): boolean => !isAbsent(stream.assistant)

describe('findings that overlap or nest: nothing of either is left, and each gap says one thing [content.bad-input]', () => {
  test.each(each(talks))('$dialect', async ({ surface }) => {
    // Nested: the longer one says what was there.
    await expectThrough(between, surface, `${CARD.replaceAll(' ', '')}@example.com`, NO_EMAIL)
    await expectThrough(between, surface, `${KEY}@example.com`, NO_EMAIL)
    // One begins in the other: the first letter to the last.
    await expectThrough(between, surface, `${CARD}@example.com`, NO_CARD)
    await expectThrough(
      between,
      surface,
      `${CARD} ${CARD}, ${EMAIL} ${KEY}`,
      `${NO_CARD} ${NO_CARD}, ${NO_EMAIL} ${NO_KEY}`,
    )
  })
})

describe('spans beside surrogate pairs and combining marks: no pair is split, no mark is lost', () => {
  test.each(each(talks))('$dialect', async ({ surface }) => {
    await expectThrough(between, surface, `😀${CARD}😀${EMAIL}😀`, `😀${NO_CARD}😀${NO_EMAIL}😀`)
    // A mark belongs to the letter before it, and may stand behind what was taken out: it is not the value.
    await expectThrough(between, surface, `cafe\u0301 ${CARD}\u0301`, `cafe\u0301 ${NO_CARD}\u0301`)
    await expectThrough(between, surface, `👩‍👩‍👧 ${EMAIL} 👩‍👩‍👧`, `👩‍👩‍👧 ${NO_EMAIL} 👩‍👩‍👧`)
  })
})

describe('half a surrogate pair is no text: readers differ in what they make of it, so nobody passes it on', () => {
  test.each(each(talks))('$dialect', async ({ surface }) => {
    const half = '\ud83d'
    const [asking] = isAbsent(surface.request.user) ? [] : surface.request.user
    await expectRefused(between, surface, { body: asking?.(half) }, 'invalid_request')
    const [answering] = isAbsent(surface.answer.assistant) ? [] : surface.answer.assistant
    answers(between, answering?.(half))
    expect((await call(between, surface)).text).toContain('upstream_failed')
    const [streaming] = isAbsent(surface.stream.assistant) ? [] : surface.stream.assistant
    streams(between, surface, surface.frame(streaming?.(half) as readonly unknown[]))
    expect((await call(between, surface, { stream: true })).text).toContain('upstream_failed')
  })
})

describe('right-to-left text: what counts is the order in memory, whatever is shown', () => {
  test.each(each(talks))('$dialect', async ({ surface }) => {
    await expectThrough(between, surface, `הכרטיס ${CARD} שלי`, `הכרטיס ${NO_CARD} שלי`)
    await expectThrough(between, surface, `اكتب إلى ${EMAIL} اليوم`, `اكتب إلى ${NO_EMAIL} اليوم`)
    // Overrides of direction stay around what was taken out, so that they still pair.
    await expectThrough(between, surface, `\u202e${CARD}\u202c`, `\u202e${NO_CARD}\u202c`)
  })
})

describe('a word of 1 MB: it is read to its end, and costs no more than its length', () => {
  const word = 'a'.repeat(1 << 20)

  test.each(each())('$dialect', async ({ surface }) => {
    const asking = [surface.request.user, surface.request.input].flatMap((cell) => (isAbsent(cell) ? [] : cell))[0]
    const began = Date.now()
    for (const [text, becomes] of [
      [word, word],
      [`${word} ${CARD}`, `${word} ${NO_CARD}`],
    ] as const) {
      const { body } = await sent(between, surface, asking?.(text))
      expect(body.equals(Buffer.from(JSON.stringify(asking?.(becomes))))).toBe(true)
    }
    if (talks(surface) && !isAbsent(surface.answer.assistant)) {
      const [answering] = surface.answer.assistant
      answers(between, answering?.(`${word} ${CARD}`))
      expect(
        (await call(between, surface)).body.equals(Buffer.from(JSON.stringify(answering?.(`${word} ${NO_CARD}`)))),
      ).toBe(true)
    }
    expect(Date.now() - began).toBeLessThan(20_000)
  })

  test.each(each(callsTools))('$dialect: in a stream, a little at a time', async ({ surface }) => {
    const pieces = Array.from({ length: 64 }, () => 'a'.repeat(1 << 14))
    const framed = (card: string): Buffer =>
      surface.frame(surface.calls?.(['{"is":"', ...pieces, ` ${card}"}`]) as readonly unknown[])
    streams(between, surface, framed(CARD), 1 << 16)
    const { body } = await call(between, surface, { stream: true })
    const differences = differencesInStream(surface.parse(framed(NO_CARD)), surface.parse(body))
    expect(differences).toEqual({ emptied: [], other: [] })
  })
})

describe('a placeholder-shaped string typed by the user stands for nothing', () => {
  test.each(each(talks))('$dialect', async ({ surface }) => {
    const [asking] = isAbsent(surface.request.user) ? [] : surface.request.user
    const [answering] = isAbsent(surface.answer.assistant) ? [] : surface.answer.assistant
    // One that is somebody's.
    const carols = (await sent(between, surface, asking?.(EMAIL), 'carol')).body.toString()
    const [theirs = ''] = /\[EMAIL_\w+\]/.exec(carols) ?? []
    for (const text of ['[EMAIL_7K2M9QXR]', '[EMAIL_1]', '<PERSON_1>']) {
      expect((await sent(between, surface, asking?.(text), 'carol')).json()).toEqual(plain(asking?.(text)))
    }
    expect((await sent(between, surface, asking?.(theirs), 'bob')).json()).toEqual(plain(asking?.(theirs)))
    answers(between, answering?.(theirs))
    expect((await call(between, surface, { as: 'bob' })).json()).toEqual(plain(answering?.(theirs)))
    expect((await call(between, surface, { as: 'carol' })).json()).toEqual(plain(answering?.(EMAIL)))
  })
})

describe('a model that invents placeholders: they stay as it says them, whole and streamed', () => {
  test.each(each(talks))('$dialect', async ({ surface }) => {
    const [asking] = isAbsent(surface.request.user) ? [] : surface.request.user
    const [answering] = isAbsent(surface.answer.assistant) ? [] : surface.answer.assistant
    const [streaming] = isAbsent(surface.stream.assistant) ? [] : surface.stream.assistant
    await sent(between, surface, asking?.(EMAIL), 'carol')
    for (const invented of ['[EMAIL_00000000]', '[EMAIL_2]', '[CARD_7K2M9QXR]', `[${EMAIL.toUpperCase()}]`]) {
      answers(between, answering?.(invented))
      expect((await call(between, surface, { as: 'carol' })).json()).toEqual(plain(answering?.(invented)))
      await expectStreamed(between, surface, streaming?.(invented), streaming?.(invented), 'carol')
    }
  })
})

describe('tool arguments cut inside an escape sequence', () => {
  const hidden = `{"card":"4\\u0031${CARD.slice(2)}","is":"\\ud83d\\ude00"}`
  const shown = `{"card":"${NO_CARD}","is":"\\ud83d\\ude00"}`
  const from = hidden.indexOf('\\u0031')

  test.each(each(callsTools))(
    '$dialect: at every place of it, nothing leaves that would make the value',
    async ({ surface }) => {
      const cuts = [1, 2, 3, 4, 5].map((at) => [hidden.slice(0, from + at), hidden.slice(from + at)])
      for (const pieces of [...cuts, [...hidden]]) {
        await expectStreamed(between, surface, surface.calls?.(pieces), surface.calls?.([shown]))
      }
    },
  )

  test.each(each(callsTools))(
    '$dialect: where they end there, they are said as they came: what is no JSON means no value',
    async ({ surface }) => {
      for (const torn of ['{"is":"x\\', '{"is":"x\\u', '{"is":"x\\u00']) {
        const pieces = [torn.slice(0, 6), torn.slice(6)]
        await expectStreamed(between, surface, surface.calls?.(pieces), surface.calls?.([torn]))
      }
    },
  )

  test.each(each(callsTools))('$dialect: no JSON at all is edited as text', async ({ surface }) => {
    const broken = `{"card": "${CARD}", }{`
    await expectStreamed(
      between,
      surface,
      surface.calls?.([broken.slice(0, 14), broken.slice(14)]),
      surface.calls?.([broken.replace(CARD, NO_CARD)]),
    )
  })
})

describe('invalid JSON in structured output is edited as the text that it is, and gets no more invalid', () => {
  test.each(each(talks))('$dialect', async ({ surface }) => {
    await expectThrough(between, surface, `{"card": "${CARD}", "is`, `{"card": "${NO_CARD}", "is`)
    await expectThrough(
      between,
      surface,
      `{card: ${CARD}, "card": '${CARD}',}}`,
      `{card: ${NO_CARD}, "card": '${NO_CARD}',}}`,
    )
  })
})

describe('an attachment that says it is text and is not is refused: nobody can say what the model will see in it', () => {
  const bytes: readonly (readonly [what: string, bytes: Buffer])[] = [
    ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
    ['a PDF', Buffer.from(`%PDF-1.7\n${CARD}`)],
    ['a PDF behind a line of text', Buffer.from(`hello\n%PDF-1.7\n${CARD}`)],
    ['RTF', Buffer.from(`{\\rtf1 ${CARD}}`)],
    ['UTF-16', Buffer.from(`\ufeff${CARD}`, 'utf16le')],
    ['broken UTF-8', Buffer.concat([Buffer.from(CARD), Buffer.from([0xc3, 0x28])])],
    ['control characters', Buffer.from(`${CARD}\u0000\u0001`)],
    ['compressed', gzipSync(CARD)],
  ]

  test.each(each(({ attaching }) => attaching !== undefined))('$dialect', async ({ surface }) => {
    for (const [, one] of bytes) {
      await expectRefused(
        between,
        surface,
        { body: surface.attaching?.(one.toString('base64')) },
        'content_uninspectable',
      )
    }
    await expectRefused(between, surface, { body: surface.attaching?.('no base64!') }, 'content_uninspectable')
    // Its nearest good neighbour is read, and edited where it stands.
    const good = await sent(between, surface, surface.attaching?.(Buffer.from(CARD).toString('base64')))
    expect(good.json()).toEqual(plain(surface.attaching?.(Buffer.from(NO_CARD).toString('base64'))))
    const [, picture] = bytes[0] as (typeof bytes)[number]
    const passing = surface.attaching?.(picture.toString('base64'))
    expect((await sent(between, surface, passing, 'bob')).json()).toEqual(plain(passing))
  })
})

describe('gzip’d bodies: nobody unpacks what could be a bomb, and nobody passes on what nobody read', () => {
  test.each(each())('$dialect', async ({ surface }) => {
    const packed = gzipSync(JSON.stringify(surface.asking))
    const headers = { 'content-encoding': 'gzip' }
    const declared = await expectRefused(between, surface, { body: packed, headers }, 'unsupported_media_type')
    expect(declared.status).toBe(415)
    expect((await expectRefused(between, surface, { body: packed }, 'invalid_request')).status).toBe(400)
  })

  test.each(each())('$dialect: an answer', async ({ surface }) => {
    const packed = gzipSync(JSON.stringify({ note: CARD }))
    for (const more of [{ 'content-encoding': 'gzip' }, {}]) {
      behaves(between, (response) =>
        response.writeHead(200, { 'content-type': 'application/json', ...more }).end(packed),
      )
      const answer = await call(between, surface)
      expect(answer.status).toBe(502)
      expect(answer.text).toContain('upstream_failed')
    }
  })

  test.each(each(isStreaming))('$dialect: a stream', async ({ surface }) => {
    const packed = gzipSync(surface.frame([...eventsOf(surface), ...eventsOf(surface)]))
    for (const more of [{ 'content-encoding': 'gzip' }, {}]) {
      behaves(between, (response) =>
        response.writeHead(200, { 'content-type': surface.streamType, ...more }).end(packed),
      )
      const answer = await call(between, surface, { stream: true })
      expect(answer.text).toContain('upstream_failed')
      expect(answer.body.includes(packed.subarray(0, 16))).toBe(false)
    }
  })
})

describe('unknown event types do not pass where texts are judged, are counted, and stop nothing', () => {
  test.each(each(({ stream }) => !isAbsent(stream.events)))('$dialect', async ({ surface }) => {
    for (const make of isAbsent(surface.stream.events) ? [] : surface.stream.events) {
      const bytes = surface.frame(make(`${CARD} of nobody`) as readonly unknown[])
      streams(between, surface, bytes)
      const answer = await call(between, surface, { stream: true })
      expect(answer.text).not.toContain('of nobody')
      expect((await house.exchange(answer.id)).outcome.own).toMatchObject({ outcome: 'done', dropped_events: 1 })
      // Where no obligation holds, bytes pass as they came.
      streams(between, surface, bytes)
      expect((await call(between, surface, { as: 'bob', stream: true })).body.equals(bytes)).toBe(true)
    }
  })
})

describe('a stream that never ends a line is torn before it fills the memory', () => {
  /** Where texts are judged, and where nobody asked for that. */
  const readers = ['alice', 'bob'].flatMap((as) => each(isStreaming).map((one) => ({ as, ...one })))

  test.each(readers)('$dialect, for $as', async ({ as, surface }) => {
    let written = 0
    let closed = false
    behaves(between, (response) => {
      response.writeHead(200, { 'content-type': surface.streamType })
      response.on('close', () => {
        closed = true
      })
      const more = (): void => {
        if (closed) return
        written += 1 << 16
        response.write(Buffer.alloc(1 << 16, 'a'), more)
      }
      response.write(begun(surface), more)
    })
    const answer = await call(between, surface, { as, stream: true })
    expect(answer.body.subarray(-4096).toString()).toContain('upstream_failed')
    if (as === 'alice') expect(answer.body.length).toBeLessThan(8192)
    expect(written).toBeLessThan(64 << 20)
    const { outcome } = await house.exchange(answer.id)
    expect(outcome.own).toMatchObject({ outcome: 'refused', stream: true, reason: 'upstream_failed' })
  })

  test.each(each(isStreaming))('$dialect: nor does one that breaks off in a line look whole', async ({ surface }) => {
    const whole = surface.frame(eventsOf(surface))
    streams(between, surface, whole.subarray(0, whole.length >> 1))
    const answer = await call(between, surface, { stream: true })
    expect(answer.text).toContain('upstream_failed')
    expect(answer.text).not.toContain('[DONE]')
  })
})

function eventsOf({ stream }: Surface): readonly unknown[] {
  const [make] = isAbsent(stream.assistant) ? [] : stream.assistant
  return make?.('what is said') as readonly unknown[]
}

/** The beginning of a line, or of a message that says it is long. */
function begun({ streamType }: Surface): Buffer {
  if (!streamType.includes('amazon')) return Buffer.from('data: {"a":"')
  const prelude = Buffer.alloc(12)
  prelude.writeUInt32BE(0x00ff_ffff)
  prelude.writeUInt32BE(crc(prelude.subarray(0, 8)), 8)
  return prelude
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}
