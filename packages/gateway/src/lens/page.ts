import { type JsonObject, readLocated } from '../json/located.js'
import type { KeptPage, KeptSaid } from '../spec/transfer.js'
import { isObject } from './path.js'

/** The document where it is an object. */
export function rootOf(body: Buffer): JsonObject | undefined {
  const located = readLocated(body)
  return located.kind === 'located' && isObject(located.value) ? located.value : undefined
}

/**
 * A page of what a provider keeps: `{data, has_more}`.
 *
 * @param saidOf undefined: of no such thing, so that the page is none
 */
export function pageIn(answer: Buffer, saidOf: (item: JsonObject) => KeptSaid | undefined): KeptPage | undefined {
  const located = readLocated(answer)
  if (located.kind === 'fault' || !isObject(located.value)) return undefined
  const list = located.containers.find(({ parent, key }) => parent?.index === 0 && key === 'data')
  if (list === undefined || !Array.isArray(list.value)) return undefined
  const items = located.containers.filter(({ parent }) => parent === list)
  if (items.length !== list.value.length) return undefined
  const said = items.flatMap(({ value, start, end }) => {
    const one = Array.isArray(value) ? undefined : saidOf(value)
    return one === undefined ? [] : [{ id: one.id, made: one.made, json: located.text.slice(start, end) }]
  })
  return said.length === items.length ? { items: said, hasMore: located.value['has_more'] === true } : undefined
}

/** @param head further members, in front of those that every page has */
export function writePage(items: KeptPage['items'], hasMore: boolean, head: string): Buffer {
  const data = items.map(({ json }) => json).join(',')
  const first = JSON.stringify(items[0]?.id ?? null)
  const last = JSON.stringify(items.at(-1)?.id ?? null)
  return Buffer.from(`{${head}"data":[${data}],"first_id":${first},"last_id":${last},"has_more":${hasMore}}`)
}
