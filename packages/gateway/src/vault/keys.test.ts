import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { headOf, VaultKeys } from './keys.js'

const secret = randomBytes(32)
const keys = new VaultKeys(secret)
const ANN = { uid: 'https://idp.example#ann', session: undefined }
const HELD = {
  type: 'pii.email',
  placeholder: '[EMAIL_7K2M9QXR]',
  value: 'ann@example.com',
  expiresAtMs: 1_700_000_000_000,
}
const id = keys.rowId(ANN, HELD.placeholder)

describe('rows of the vault', () => {
  it('open for their owner, under their name and key alone [vault.sealed]', () => {
    const row = keys.seal(ANN, HELD)
    expect(keys.unseal(ANN, id, row)).toEqual(HELD)
    expect(new VaultKeys(secret).unseal(ANN, id, row)).toEqual(HELD)
    for (const other of [
      { ...ANN, uid: 'https://idp.example#bob' },
      { ...ANN, session: '' },
      { ...ANN, session: 'a' },
    ]) {
      expect(keys.unseal(other, id, row)).toBeUndefined()
      expect(keys.rowId(other, HELD.placeholder)).not.toBe(id)
      expect(keys.sessionId(other)).not.toBe(keys.sessionId(ANN))
    }
    expect(keys.unseal(ANN, keys.rowId(ANN, '[EMAIL_7K2M9QXS]'), row)).toBeUndefined()
    expect(new VaultKeys(randomBytes(32)).unseal(ANN, id, row)).toBeUndefined()
  })

  it('say nothing of value, placeholder and owner, and are another text each time', () => {
    const row = keys.seal(ANN, HELD)
    for (const said of ['ann', 'example', 'EMAIL', '7K2M9QXR', 'idp']) {
      expect(row).not.toContain(said)
      expect(`${keys.sessionId(ANN)}/${id}`).not.toContain(said)
    }
    expect(keys.seal(ANN, HELD)).not.toBe(row)
    expect(headOf(row)).toMatchObject({ key: keys.id, expires: HELD.expiresAtMs })
  })

  it('do not open once anything of them was changed', () => {
    const row = JSON.parse(keys.seal(ANN, HELD)) as Record<string, string | number>
    expect(keys.unseal(ANN, id, JSON.stringify(row))).toEqual(HELD)
    for (const field of ['nonce', 'sealed'] as const) {
      const bytes = Buffer.from(String(row[field]), 'base64url')
      for (let at = 0; at < bytes.length; at++) {
        const changed = Buffer.from(bytes)
        changed[at] = (changed[at] ?? 0) ^ 1
        expect(keys.unseal(ANN, id, JSON.stringify({ ...row, [field]: changed.toString('base64url') }))).toBeUndefined()
      }
    }
    const later = JSON.stringify({ ...row, expires: HELD.expiresAtMs + 1 })
    const short = JSON.stringify({
      ...row,
      sealed: Buffer.from(String(row['sealed']), 'base64url').subarray(0, -4).toString('base64url'),
    })
    for (const other of ['', 'null', '[]', '{}', '7', '{"v":1}', JSON.stringify({ ...row, v: 2 }), later, short]) {
      expect(keys.unseal(ANN, id, other)).toBeUndefined()
    }
  })
})
