/** Bytes of a module of WebAssembly, as far as the sieve needs one: a memory, and one function that takes a number. */
export type Code = readonly number[]

const I32 = 0x7f
const I64 = 0x7e
const V128 = 0x7b

/** An unsigned number of any length: LEB128. */
function number(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...number(value >>> 7)]
}

const counted = (items: readonly Code[]): Code => [...number(items.length), ...items.flat()]
const sized = (code: Code): Code => [...number(code.length), ...code]
const section = (id: number, code: Code): Code => [id, ...sized(code)]
const exported = (name: string, kind: number): Code => [...sized([...name].map((one) => one.charCodeAt(0))), kind, 0]

/** An instruction on vectors. */
const vector = (op: number, ...more: Code): Code => [0xfd, ...number(op), ...more]
/** What is read or written lies at the address on the stack, and `offset` more. */
const at = (offset: number): Code => [0, ...number(offset)]
/** A number that is read as a signed one: of seven bits alone it would be below zero. */
function signed(value: number): Code {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signed(value >>> 7)]
}

const pushed = (value: number): Code => [0x41, ...signed(value)]

/** The instructions that the sieve is made of, by the names that the standard gives them. */
export const op = {
  get: (local: number): Code => [0x20, ...number(local)],
  set: (local: number): Code => [0x21, ...number(local)],
  tee: (local: number): Code => [0x22, ...number(local)],
  constant: (value: number): Code => pushed(value),
  add: [0x6a] as Code,
  shiftLeft: (count: number): Code => [...pushed(count), 0x74],
  shiftRight: (count: number): Code => [...pushed(count), 0x76],
  store16: (offset: number): Code => [0x3b, ...at(offset)],
  store32: (offset: number): Code => [0x36, ...at(offset)],
  load64: (offset: number): Code => [0x29, ...at(offset)],
  and64: [0x83] as Code,
  shiftRight64: (count: number): Code => [0x42, count, 0x88],
  low32: [0xa7] as Code,
  load: (offset: number): Code => vector(0x00, ...at(offset)),
  store: (offset: number): Code => vector(0x0b, ...at(offset)),
  splat8: (value: number): Code => [...pushed(value), ...vector(0x0f)],
  splat16: (value: number): Code => [...pushed(value), ...vector(0x10)],
  swizzle: vector(0x0e) as Code,
  and: vector(0x4e) as Code,
  or: vector(0x50) as Code,
  xor: vector(0x51) as Code,
  notEqual8: vector(0x24) as Code,
  bits8: vector(0x64) as Code,
  narrow: vector(0x66) as Code,
  shiftSigned8: (count: number): Code => [...pushed(count), ...vector(0x6c)],
  shiftUnsigned8: (count: number): Code => [...pushed(count), ...vector(0x6d)],
  subtract8: vector(0x71) as Code,
  least16: vector(0x97) as Code,
} as const

/** Runs `body` for a local from 0 on in steps of `step`, at least once, as long as it is less than another. */
export function loop(local: number, step: number, below: number, body: Code): Code {
  const onwards = [...op.get(local), ...pushed(step), ...op.add, ...op.tee(local), ...op.get(below), 0x49, 0x0d, 0]
  return [...pushed(0), ...op.set(local), 0x03, 0x40, ...body, ...onwards, 0x0b]
}

/** The kinds of a function's locals, behind its parameter. */
export interface Locals {
  readonly i32: number
  readonly i64: number
  readonly v128: number
}

/** A module that exports `memory`, a page of 64 KiB, and `run`. */
export function assemble(body: Code, { i32, i64, v128 }: Locals): Uint8Array<ArrayBuffer> {
  const locals = counted([
    [...number(i32), I32],
    [...number(i64), I64],
    [...number(v128), V128],
  ])
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, counted([[0x60, ...counted([[I32]]), ...counted([])]])),
    ...section(3, counted([[0]])),
    ...section(5, counted([[1, 1, 1]])),
    ...section(7, counted([exported('memory', 2), exported('run', 0)])),
    ...section(10, counted([sized([...locals, ...body, 0x0b])])),
  ])
}
