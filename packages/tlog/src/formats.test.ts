import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeBundle, readBundle } from './bundle.js'
import { base64, parseBase64 } from './bytes.js'
import { checkpointText, openCheckpoint, parseCheckpointText, peekCheckpoint, signCheckpoint } from './checkpoint.js'
import { nodeHash, nodeSigner, nodeSuite } from './node.js'
import { openNote, parseNote, signNote } from './note.js'
import { formatReceipt, parseReceipt } from './receipt.js'
import { webSuite } from './suite.js'
import { hashesAtLevel, levelsOf, parseTilePath, tilePath, tileWidth } from './tiles.js'
import { formatVkey, parseVkey } from './vkey.js'

const signer = nodeSigner('log.example/audit', generateKeyPairSync('ed25519').privateKey)
const other = nodeSigner('other.example', generateKeyPairSync('ed25519').privateKey)
const ROOT = nodeHash(Buffer.from('root'))

describe('C2SP tlog-tiles [log.tiles]', () => {
  test('paths', () => {
    expect(tilePath(0, 1234067)).toBe('tile/0/x001/x234/067')
    expect(tilePath(0, 0)).toBe('tile/0/000')
    expect(tilePath(2, 999, 17)).toBe('tile/2/999.p/17')
    expect(tilePath('entries', 1000, 256)).toBe('tile/entries/x001/000')
    for (const bad of [-1, 0.5, 2 ** 53]) expect(() => tilePath(0, bad)).toThrow(RangeError)
    expect(() => tilePath(64, 0)).toThrow(RangeError)
    expect(() => tilePath(0, 0, 0)).toThrow(RangeError)
    expect(() => tilePath(0, 0, 257)).toThrow(RangeError)
  })

  test('a path is read back as what it was made of, and no other path is read', () => {
    const levels = fc.oneof(fc.integer({ min: 0, max: 63 }), fc.constant('entries' as const))
    fc.assert(
      fc.property(levels, fc.maxSafeNat(), fc.integer({ min: 1, max: 256 }), (level, index, width) => {
        expect(parseTilePath(tilePath(level, index, width))).toEqual({ level, index, width })
      }),
    )
    for (const bad of [
      'tile/0/x000/001',
      'tile/00/001',
      'tile/64/001',
      'tile/0/1',
      'tile/0/001.p/0',
      'tile/0/001.p/256',
      'tile/0/001.p/08',
      'tile/0/../001',
      'tile/entries/001/',
    ]) {
      expect([bad, parseTilePath(bad)]).toEqual([bad, undefined])
    }
  })

  test('the example of the specification: a tree of 70,000', () => {
    expect(hashesAtLevel(70_000, 0) - 273 * 256).toBe(112)
    expect(tileWidth(70_000, 0, 272)).toBe(256)
    expect(tileWidth(70_000, 0, 273)).toBe(112)
    expect(tileWidth(70_000, 1, 0)).toBe(256)
    expect(tileWidth(70_000, 1, 1)).toBe(17)
    expect(tileWidth(70_000, 2, 0)).toBe(1)
    expect(levelsOf(70_000)).toBe(3)
    expect([tileWidth(256, 0, 0), tileWidth(256, 0, 1), tileWidth(256, 1, 0)]).toEqual([256, 0, 1])
  })

  test('a bundle gives back its entries; cut anywhere it is not whole', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }), fc.nat(), (entries, cut) => {
        const bundle = encodeBundle(entries)
        expect(readBundle(bundle)).toEqual({ entries, whole: true })
        if (bundle.length === 0) return
        const short = readBundle(bundle.subarray(0, cut % bundle.length))
        expect(short.entries).toEqual(entries.slice(0, short.entries.length))
        expect(short.entries.length).toBeLessThan(entries.length)
      }),
    )
    expect(encodeBundle([new Uint8Array(65_535)]).length).toBe(65_537)
    expect(() => encodeBundle([new Uint8Array(65_536)])).toThrow(RangeError)
  })
})

describe('C2SP signed-note [log.signed-note]', () => {
  const vkeyText = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'
  const note = Buffer.from(
    'This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n',
  )

  test.each([
    ['node', nodeSuite],
    ['web', webSuite],
  ])('the example of the specification holds with the %s suite', async (_, suite) => {
    const vkey = parseVkey(vkeyText, suite.hash)
    if (vkey === undefined) throw new Error('no key')
    expect(formatVkey(vkey)).toBe(vkeyText)
    expect((await openNote(note, [vkey], suite.verify)).kind).toBe('ok')
    const changed = Buffer.from(note.toString().replace('message', 'massage'))
    expect(await openNote(changed, [vkey], suite.verify)).toEqual({ kind: 'refused', why: 'bad_signature' })
  })

  test('a verifier key with another id, type, name or length is none', () => {
    expect(parseVkey(vkeyText)).toBeDefined()
    for (const bad of [
      vkeyText.replace('530d903a', '530d903b'),
      vkeyText.replace('530d903a', '530D903A'),
      vkeyText.replace('com/foo', 'com/fop'),
      vkeyText.replace('+Ae', '+Be'),
      vkeyText.slice(0, -4),
      vkeyText.replace('example.com', 'example com'),
      `${vkeyText}\n`,
      '',
    ]) {
      expect([bad, parseVkey(bad)]).toEqual([bad, undefined])
    }
  })

  test('unknown signatures are ignored, a bad one of a known key rejects, none known rejects', async () => {
    const known = [signer.vkey]
    const both = Buffer.from(await signNote('text\n', [other, signer]))
    expect((await openNote(both, known, nodeSuite.verify)).kind).toBe('ok')
    const alone = Buffer.from(await signNote('text\n', [other]))
    expect(await openNote(alone, known, nodeSuite.verify)).toEqual({ kind: 'refused', why: 'no_known_signature' })

    const lying = { vkey: signer.vkey, sign: () => new Uint8Array(64) }
    const oneBad = Buffer.from(await signNote('text\n', [signer, lying]))
    expect(await openNote(oneBad, known, nodeSuite.verify)).toEqual({ kind: 'refused', why: 'bad_signature' })
    // The same name with another id is another key.
    const namesake = { vkey: { ...signer.vkey, id: Uint8Array.of(1, 2, 3, 4) }, sign: () => new Uint8Array(64) }
    const withNamesake = Buffer.from(await signNote('text\n', [namesake, signer]))
    expect((await openNote(withNamesake, known, nodeSuite.verify)).kind).toBe('ok')
  })

  test('sixteen signatures are read, seventeen are not', async () => {
    const sixteen = await signNote('text\n', [...Array.from({ length: 15 }, () => other), signer])
    expect((await openNote(Buffer.from(sixteen), [signer.vkey], nodeSuite.verify)).kind).toBe('ok')
    const seventeen = await signNote('text\n', [...Array.from({ length: 16 }, () => other), signer])
    expect(await openNote(Buffer.from(seventeen), [signer.vkey], nodeSuite.verify)).toEqual({
      kind: 'refused',
      why: 'malformed',
    })
  })

  test('the text ends at the last empty line', async () => {
    const signed = await signNote('a\n\n— b\n\nc\n', [signer])
    expect(parseNote(Buffer.from(signed))?.text).toBe('a\n\n— b\n\nc\n')
  })

  test('what is no note', async () => {
    const good = (await signNote('text\n', [signer])).toString()
    expect(parseNote(Buffer.from(good))).toBeDefined()
    for (const bad of [
      good.replace('text', 'te\txt'),
      good.replace('text', 'te\u0000xt'),
      good.replaceAll('\n', '\r\n'),
      good.slice(0, -1),
      good.replace('— ', '- '),
      good.replace('— ', '—  '),
      `${good}\n`,
      `${good}more\n`,
      good.replace('\n\n', '\n'),
      'text\n\n',
      good.replace(/=*\n$/, '\n'),
      good.replace('log.example', 'log+example'),
    ]) {
      expect([bad, parseNote(Buffer.from(bad))]).toEqual([bad, undefined])
    }
    expect(parseNote(Buffer.concat([Buffer.of(0xff), Buffer.from(good)]))).toBeUndefined()
    expect(parseNote(Buffer.alloc(200 * 1024, 'a'))).toBeUndefined()
    await expect(signNote('no newline', [signer])).rejects.toThrow(TypeError)
  })

  test('base64 has one form for one value', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(parseBase64(base64(bytes))).toEqual(bytes)
      }),
    )
    for (const bad of ['AB==', 'A', 'AA', 'AA=', 'A A=', '-_==', '====']) expect(parseBase64(bad)).toBeUndefined()
    expect(parseBase64('AA==')).toEqual(Uint8Array.of(0))
  })
})

describe('C2SP tlog-checkpoint [log.checkpoint]', () => {
  const checkpoint = { origin: 'log.example/audit', size: 20852163, root: ROOT }

  test('is signed, opened, and read back', async () => {
    const note = Buffer.from(await signCheckpoint(checkpoint, signer))
    expect(await openCheckpoint(note, signer.vkey, nodeSuite.verify)).toEqual({
      kind: 'ok',
      checkpoint: { ...checkpoint, root: new Uint8Array(ROOT) },
    })
    expect(await openCheckpoint(note, signer.vkey, webSuite.verify)).toMatchObject({ kind: 'ok' })
    expect(peekCheckpoint(note)?.size).toBe(20852163)
    expect(await openCheckpoint(note, other.vkey, nodeSuite.verify)).toEqual({
      kind: 'refused',
      why: 'no_known_signature',
    })
  })

  test('signed by our key under another origin it is not of our log', async () => {
    const note = Buffer.from(await signCheckpoint({ ...checkpoint, origin: 'log.example/other' }, signer))
    expect(await openCheckpoint(note, signer.vkey, nodeSuite.verify)).toEqual({
      kind: 'refused',
      why: 'origin_differs',
    })
  })

  test('one bit of the note changed, and it is refused', async () => {
    const note = Buffer.from(await signCheckpoint(checkpoint, signer))
    for (let at = 0; at < note.length; at++) {
      const bent = Buffer.from(note)
      bent[at] = (bent[at] ?? 0) ^ 1
      expect((await openCheckpoint(bent, signer.vkey, nodeSuite.verify)).kind).toBe('refused')
    }
  })

  test('leading zeros, extension lines, short roots and sizes beyond 2^53 are refused', () => {
    const good = checkpointText(checkpoint)
    expect(parseCheckpointText(good)).toBeDefined()
    expect(parseCheckpointText(good.replace('20852163', '0'))).toBeDefined()
    for (const bad of [
      good.replace('20852163', '020852163'),
      good.replace('20852163', '-1'),
      good.replace('20852163', '1e3'),
      good.replace('20852163', '9007199254740993'),
      `${good}extension\n`,
      good.slice(0, -1),
      good.replace('log.example/audit', ''),
      `log.example/audit\n1\n${base64(ROOT.slice(0, 31))}\n`,
    ]) {
      expect([bad, parseCheckpointText(bad)]).toEqual([bad, undefined])
    }
  })
})

describe('C2SP tlog-proof@v1 [log.receipt]', () => {
  test('is read back as it was written, with and without extra', () => {
    const checkpoint = 'log.example/audit\n1\nroot\n\n— log.example/audit signature\n'
    const bare = { index: 73894, proof: [ROOT, ROOT].map((hash) => new Uint8Array(hash)), checkpoint }
    expect(formatReceipt(bare).split('\n').slice(0, 2)).toEqual(['c2sp.org/tlog-proof@v1', 'index 73894'])
    expect(parseReceipt(formatReceipt(bare))).toEqual(bare)
    const more = { ...bare, proof: [], extra: Uint8Array.of(1, 2, 3) }
    expect(formatReceipt(more).split('\n')[1]).toBe('extra AQID')
    expect(parseReceipt(formatReceipt(more))).toEqual(more)
  })

  test('what is no receipt', () => {
    const good = formatReceipt({ index: 7, proof: [ROOT], checkpoint: 'rest\n' })
    expect(parseReceipt(good)).toBeDefined()
    for (const bad of [
      good.replace('@v1', '@v2'),
      good.replace('index 7', 'index 07'),
      good.replace('index 7', 'index 7 '),
      good.replace('index 7', 'extra !\nindex 7'),
      good.replace('index 7\n', ''),
      good.replace('\n\n', '\nAQID\n\n'),
      good.replace('\n\n', '\n'),
      '',
    ]) {
      expect([bad, parseReceipt(bad)]).toEqual([bad, undefined])
    }
  })
})
