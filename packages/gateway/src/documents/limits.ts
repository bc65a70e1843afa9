/** What one ingest may ask of memory and time. Characters are UTF-16 code units. */
export interface IngestLimits {
  /** Of one record: a line of CSV with all its fields, an object of JSON, a whole text. */
  readonly recordCharacters: number
  readonly records: number
  /** Of CSV. */
  readonly columns: number
}

export const INGEST_LIMITS: IngestLimits = { recordCharacters: 4 * 1024 * 1024, records: 1_000_000, columns: 256 }
