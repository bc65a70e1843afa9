import { assemble, type Code, loop, op } from './assembler.js'
import { BEYOND, IN_RUN, SYMBOL_OF, SYMBOLS } from './symbols.js'

/** Code units that are looked at together. */
export const SIZE = 4096
/** So many symbols of what may begin are compared. */
export const DEPTH = 4
/** What may begin is told apart by so many bits of a byte. */
const KINDS = 8
const LANES = 16

/** Where everything lies in the memory. Behind units and symbols is room for a look beyond their end. */
const UNITS_AT = 0
const SYMBOLS_AT = 2 * SIZE + 256
const BEGINS_AT = SYMBOLS_AT + SIZE + 256
const IN_RUN_AT = BEGINS_AT + SIZE / 8
const RUNS_AT = IN_RUN_AT + SIZE / 8 + 64
const TABLES_AT = RUNS_AT + SIZE / 8
const TABLES_LENGTH = DEPTH * SYMBOLS
const SYMBOL_TABLE_AT = TABLES_AT + TABLES_LENGTH
/** Symbols are known for these; what comes before counts as what is nowhere, and what comes behind as these again. */
const [SYMBOLS_FROM, SYMBOLS_TO] = [0x20, 0x60] as const
const RUN_TABLE_AT = SYMBOL_TABLE_AT + SYMBOLS_TO - SYMBOLS_FROM
const RUN_ROWS = 8

const LENGTH = 0
const INDEX = 1
const EXTENT = 2
const BITS64 = 3
const [BYTES, LOW, HIGH, FOUND] = [4, 5, 6, 7] as const
/** So much behind the end is sifted too: what was left there from another text would make runs longer. */
const MARGIN = 64

/** Of a table of 16 that lies at `from`, for each lane the entry that the local `index` says; 0 where that is beyond 15. */
const entry = (from: number, index: number): Code => [
  ...op.constant(0),
  ...op.load(from),
  ...op.get(index),
  ...op.swizzle,
]
/** For each of 16 lanes a bit, at two bytes: whether what is on the stack is anything. */
const bitsOf = (vector: Code, to: number): Code => [
  ...op.get(INDEX),
  ...op.shiftRight(3),
  ...vector,
  ...op.splat8(0),
  ...op.notEqual8,
  ...op.bits8,
  ...op.store16(to),
]
const unitsOf = (offset: number): Code => [
  ...op.get(INDEX),
  ...op.shiftLeft(1),
  ...op.load(UNITS_AT + offset),
  ...op.splat16(0xff),
  ...op.least16,
]

/** Code units as bytes, of which all that are not ASCII are the last one. */
const TO_BYTES: Code = [
  ...unitsOf(0),
  ...unitsOf(LANES),
  ...op.narrow,
  ...op.tee(BYTES),
  ...op.get(BYTES),
  ...op.shiftSigned8(7),
  ...op.or,
  ...op.set(BYTES),
]

/** Less 0x20 where it is 0x60 or more. */
const FOLDED: Code = [
  ...op.get(BYTES),
  ...op.shiftUnsigned8(1),
  ...op.get(BYTES),
  ...op.and,
  ...op.splat8(0x20),
  ...op.and,
  ...op.get(BYTES),
  ...op.xor,
]
const symbolsFrom = (code: number): Code => [
  ...op.get(HIGH),
  ...op.splat8(code),
  ...op.subtract8,
  ...op.set(LOW),
  ...entry(SYMBOL_TABLE_AT + code - SYMBOLS_FROM, LOW),
  ...op.or,
]
const TO_SYMBOLS: Code = [
  ...FOLDED,
  ...op.set(HIGH),
  ...op.get(INDEX),
  ...op.get(BYTES),
  ...op.shiftSigned8(7),
  ...op.splat8(BEYOND),
  ...op.and,
  ...[0x20, 0x30, 0x40, 0x50].flatMap(symbolsFrom),
  ...op.store(SYMBOLS_AT),
]

/** The table has a bit for each upper half of a byte: the one of the lower half says with which it is in a run. */
const TO_RUNS: Code = [
  ...op.get(BYTES),
  ...op.splat8(0x0f),
  ...op.and,
  ...op.set(LOW),
  ...op.get(BYTES),
  ...op.shiftUnsigned8(4),
  ...op.set(HIGH),
  ...bitsOf([...entry(RUN_TABLE_AT, LOW), ...entry(RUN_TABLE_AT + LANES, HIGH), ...op.and], IN_RUN_AT),
]

const depthOf = (depth: number): Code => [
  ...op.get(INDEX),
  ...op.load(SYMBOLS_AT + depth),
  ...op.tee(LOW),
  ...op.splat8(LANES),
  ...op.subtract8,
  ...op.set(HIGH),
  ...entry(TABLES_AT + depth * SYMBOLS, LOW),
  ...entry(TABLES_AT + depth * SYMBOLS + LANES, HIGH),
  ...op.or,
  ...(depth === 0 ? [] : [...op.get(FOUND), ...op.and]),
  ...op.set(FOUND),
]
const TO_BEGINS: Code = [
  ...Array.from({ length: DEPTH }, (_, depth) => depthOf(depth)).flat(),
  ...bitsOf(op.get(FOUND), BEGINS_AT),
]

const withNext = (distance: number): Code => [
  ...op.tee(BITS64),
  ...op.get(BITS64),
  ...op.shiftRight64(distance),
  ...op.and64,
]
/** A bit stays where 16 in a row were set. */
const WHOLE_RUNS: Code = [
  ...op.get(INDEX),
  ...op.shiftRight(3),
  ...op.get(INDEX),
  ...op.shiftRight(3),
  ...op.load64(IN_RUN_AT),
  ...[1, 2, 4, 8].flatMap(withNext),
  ...op.low32,
  ...op.store32(RUNS_AT),
]

const MODULE: Uint8Array<ArrayBuffer> = assemble(
  [
    ...op.get(LENGTH),
    ...op.constant(MARGIN),
    ...op.add,
    ...op.set(EXTENT),
    ...loop(INDEX, LANES, EXTENT, [...TO_BYTES, ...TO_SYMBOLS, ...TO_RUNS]),
    ...loop(INDEX, LANES, LENGTH, TO_BEGINS),
    ...loop(INDEX, 32, LENGTH, WHOLE_RUNS),
  ],
  { i32: 2, i64: 1, v128: 4 },
)

/** As far as the types of Node do not tell. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  readonly Instance: new (module: object) => { readonly exports: Record<string, unknown> }
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly run: (length: number) => void
}

/** What may begin, of one kind: which symbols may stand at each place, `DEPTH` masks of 32 bits. */
export type Kind = readonly number[]

/** What a sieve is told of what may begin. Many kinds become a few, those together that let through the least besides. */
export function tablesOf(all: readonly Kind[]): Uint8Array {
  let kinds = [...all]
  while (kinds.length > KINDS) kinds = withClosestJoined(kinds)
  const tables = new Uint8Array(TABLES_LENGTH)
  for (const [bit, kind] of kinds.entries()) {
    for (const [depth, mask] of kind.entries()) {
      for (let symbol = 0; symbol < SYMBOLS; symbol++) {
        const at = depth * SYMBOLS + symbol
        if (((mask >>> symbol) & 1) === 1) tables[at] = (tables[at] ?? 0) | (1 << bit)
      }
    }
  }
  return tables
}

function withClosestJoined(kinds: readonly Kind[]): Kind[] {
  let least = Number.POSITIVE_INFINITY
  let closest: readonly [number, number, Kind] | undefined
  const ways = kinds.map(waysOf)
  for (const [i, one] of kinds.entries()) {
    for (let j = 0; j < i; j++) {
      const joined = one.map((mask, depth) => mask | (kinds[j]?.[depth] ?? 0))
      const more = waysOf(joined) - (ways[i] ?? 0) - (ways[j] ?? 0)
      if (more >= least) continue
      least = more
      closest = [i, j, joined]
    }
  }
  if (closest === undefined) return [...kinds]
  const [i, j, joined] = closest
  return [...kinds.filter((_, index) => index !== i && index !== j), joined]
}

/** In how many ways symbols fit a kind. */
function waysOf(kind: Kind): number {
  return kind.reduce((ways, mask) => ways * bitsIn(mask), 1)
}

function bitsIn(mask: number): number {
  let count = 0
  for (let left = mask; left !== 0; left &= left - 1) count++
  return count
}

/**
 * Sifts a stretch of a text, 16 characters at once: which symbols it is of, where what is looked for may begin, and where runs are.
 *
 * One memory serves all passes of a process: a pass begins and ends before another one begins.
 */
export class Sieve {
  readonly units: Uint16Array
  readonly symbols: Uint8Array
  /** A bit for each place: something may begin there. Now and then it may not. */
  readonly begins: Uint32Array
  /** A bit for each place from which on 16 of a run stand. */
  readonly runs: Uint32Array
  readonly #tables: Uint8Array
  readonly #run: (length: number) => void

  constructor() {
    const { memory, run } = new WebAssembly.Instance(new WebAssembly.Module(MODULE)).exports as unknown as Exports
    const { buffer } = memory
    this.units = new Uint16Array(buffer, UNITS_AT, SIZE + 128)
    this.symbols = new Uint8Array(buffer, SYMBOLS_AT, SIZE + 128)
    this.begins = new Uint32Array(buffer, BEGINS_AT, SIZE / 32)
    this.runs = new Uint32Array(buffer, RUNS_AT, SIZE / 32)
    this.#tables = new Uint8Array(buffer, TABLES_AT, TABLES_LENGTH)
    this.#run = run
    new Uint8Array(buffer, SYMBOL_TABLE_AT).set(SYMBOL_OF.subarray(SYMBOLS_FROM, SYMBOLS_TO))
    const rows = new Uint8Array(buffer, RUN_TABLE_AT)
    for (let row = 0; row < RUN_ROWS; row++) rows[LANES + row] = 1 << row
    for (const [code, is] of IN_RUN.entries())
      if (is === 1) rows[code & 0x0f] = (rows[code & 0x0f] ?? 0) | (1 << (code >> 4))
  }

  /** @param length of the units that are to be sifted, at most `SIZE`; what lies behind them counts for nothing */
  sift(length: number, tables: Uint8Array): void {
    this.units.fill(0, length, length + MARGIN + LANES)
    this.#tables.set(tables)
    this.#run(length)
  }
}
