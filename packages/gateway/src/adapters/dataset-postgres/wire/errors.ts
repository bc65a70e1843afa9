/** What the server answers instead: for the log alone, a message may quote a value. */
export class DatabaseError extends Error {
  override readonly name: string = 'DatabaseError'
  /** SQLSTATE. */
  readonly code: string
  /** Where in the statement's text, in characters from 1; undefined where it does not say. */
  readonly position: number | undefined

  constructor(fields: ReadonlyMap<string, string>) {
    super(fields.get('M') ?? '')
    this.code = fields.get('C') ?? 'XX000'
    const position = Number(fields.get('P'))
    this.position = position > 0 ? position : undefined
  }
}

/** The server does not let the login take the role on, or does not take a claim. */
export class RoleRefused extends Error {
  override readonly name: string = 'RoleRefused'
  /** SQLSTATE. */
  readonly code: string

  constructor({ code }: DatabaseError) {
    super(code)
    this.code = code
  }
}

// 42501: it is no member. 22023: there is no such role. 22021: a claim has what the encoding has not.
const OF_ROLE = new Set(['42501', '22023', '22021'])

/** What an error means of what takes a role on. */
export function roleError(error: DatabaseError): RoleRefused | DatabaseError {
  return OF_ROLE.has(error.code) ? new RoleRefused(error) : error
}

/** The connection is of no use any more. */
export class ConnectionLost extends Error {
  override readonly name: string = 'ConnectionLost'
  /** No answer in time. */
  readonly isLate: boolean

  constructor(message: string, isLate = false) {
    super(message)
    this.isLate = isLate
  }
}

export function databaseError(bytes: Buffer, start: number, end: number): DatabaseError {
  const fields = new Map<string, string>()
  for (let at = start; at < end && bytes[at] !== 0; ) {
    const stop = bytes.indexOf(0, at + 1)
    if (stop === -1) break
    fields.set(String.fromCharCode(bytes[at] ?? 0), bytes.toString('utf8', at + 1, stop))
    at = stop + 1
  }
  return new DatabaseError(fields)
}

/** A message is longer than is kept: a row, most likely. */
export class MessageTooLong extends ConnectionLost {
  override readonly name: string = 'MessageTooLong'
}

/** One row alone is more than may be given. */
export class RowTooLarge extends Error {
  override readonly name: string = 'RowTooLarge'
}

/** The statement gives other types than it did. */
export class TypesChanged extends Error {
  override readonly name: string = 'TypesChanged'
}
