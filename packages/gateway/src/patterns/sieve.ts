import { assemble, type Code, loop, op } from './assembler.js'
import { BEYOND, IN_RUN, SYMBOL_OF, SYMBOLS } from './symbols.js'

/** Code units that are looked at together. */
export const SIZE = 4096
/** So many symbols of what may begin are compared. */
export const DEPTH = 4
/** Symbols that begin something are told apart in groups of so many: a bit each in a byte. */
const GROUP = 8
const GROUPS = SYMBOLS / GROUP
const LANES = 16

/** Where everything lies in the memory. Behind units and symbols is room for a look beyond their end. */
const UNITS_AT = 0
const SYMBOLS_AT = 2 * SIZE + 256
const BEGINS_AT = SYMBOLS_AT + SIZE + 256
const IN_RUN_AT = BEGINS_AT + SIZE / 8
const RUNS_AT = IN_RUN_AT + SIZE / 8 + 64
const TABLES_AT = RUNS_AT + SIZE / 8
const TABLES_LENGTH = DEPTH * GROUPS * SYMBOLS
const SYMBOL_TABLE_AT = TABLES_AT + TABLES_LENGTH
const RUN_TABLE_AT = SYMBOL_TABLE_AT + SYMBOL_OF.length

const LENGTH = 0
const INDEX = 1
const EXTENT = 2
const BITS64 = 3
const [BYTES, LOW, HIGH, ...FOUND] = [4, 5, 6, 7, 8, 9, 10] as const
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

const symbolEntry = (row: number): Code => [
  ...op.get(BYTES),
  ...op.splat8(row * LANES),
  ...op.subtract8,
  ...op.set(LOW),
  ...entry(SYMBOL_TABLE_AT + row * LANES, LOW),
]
const ROWS = SYMBOL_OF.length / LANES

const TO_SYMBOLS: Code = [
  ...op.get(INDEX),
  ...op.get(BYTES),
  ...op.shiftSigned8(7),
  ...op.splat8(BEYOND),
  ...op.and,
  ...Array.from({ length: ROWS }, (_, row) => [...symbolEntry(row), ...op.or]).flat(),
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

const tableOf = (depth: number, group: number): number => TABLES_AT + (depth * GROUPS + group) * SYMBOLS
const groupEntry = (depth: number, group: number): Code => [
  ...entry(tableOf(depth, group), LOW),
  ...entry(tableOf(depth, group) + LANES, HIGH),
  ...op.or,
]
const depthOf = (depth: number): Code => [
  ...op.get(INDEX),
  ...op.load(SYMBOLS_AT + depth),
  ...op.tee(LOW),
  ...op.splat8(LANES),
  ...op.subtract8,
  ...op.set(HIGH),
  ...FOUND.flatMap((found, group) => [
    ...groupEntry(depth, group),
    ...(depth === 0 ? [] : [...op.get(found), ...op.and]),
    ...op.set(found),
  ]),
]
const TO_BEGINS: Code = [
  ...Array.from({ length: DEPTH }, (_, depth) => depthOf(depth)).flat(),
  ...bitsOf(
    FOUND.flatMap((found, index) => [...op.get(found), ...(index === 0 ? [] : op.or)]),
    BEGINS_AT,
  ),
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
  { i32: 2, i64: 1, v128: 3 + GROUPS },
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

/** Which symbols may stand at each place of what begins with each: `DEPTH` masks, of which the first is that symbol alone. */
export type Masks = readonly (readonly number[])[]

/** As the sieve wants them: by place, by group of first symbols, by symbol. */
export function tablesOf(masks: Masks): Uint8Array {
  const tables = new Uint8Array(TABLES_LENGTH)
  for (const [first, at] of masks.entries()) {
    for (const [depth, mask] of at.entries()) {
      const from = (depth * GROUPS + Math.floor(first / GROUP)) * SYMBOLS
      for (let symbol = 0; symbol < SYMBOLS; symbol++) {
        if (((mask >>> symbol) & 1) === 1) tables[from + symbol] = (tables[from + symbol] ?? 0) | (1 << (first % GROUP))
      }
    }
  }
  return tables
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
    new Uint8Array(buffer, SYMBOL_TABLE_AT).set(SYMBOL_OF)
    const rows = new Uint8Array(buffer, RUN_TABLE_AT)
    for (let row = 0; row < ROWS; row++) rows[LANES + row] = 1 << row
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
