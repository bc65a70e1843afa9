import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { type Principal, subjectOf } from '../spec/index.js'

/** Ids of sessions that this store's gateways minted: each is one principal's, and nobody could make one up. Nothing is kept. */
export interface Sessions {
  mint(principal: Principal): string
  isOf(principal: Principal, id: string): boolean
}

const RANDOM_BYTES = 12
const MAC_BYTES = 18
const FORM = /^ses_([0-9a-f]{24})_([0-9a-f]{36})$/

/** @param key 32 bytes, the same for every gateway on the store */
export function createSessions(key: Buffer): Sessions {
  const macOf = (principal: Principal, random: string): Buffer =>
    createHmac('sha256', key)
      .update(`${random} ${subjectOf(principal).uid}`)
      .digest()
      .subarray(0, MAC_BYTES)
  return {
    mint(principal) {
      const random = randomBytes(RANDOM_BYTES).toString('hex')
      return `ses_${random}_${macOf(principal, random).toString('hex')}`
    },
    isOf(principal, id) {
      const [, random, mac] = FORM.exec(id) ?? []
      return (
        random !== undefined && mac !== undefined && timingSafeEqual(Buffer.from(mac, 'hex'), macOf(principal, random))
      )
    },
  }
}
