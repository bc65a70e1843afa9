/** Why a log folder is not opened. Each has its own way out, so each has its own code. */
const WHY = {
  locked: 'another process has this log open',
  lock_missing: 'the folder holds a log, but not the lock that says what was committed',
  lock_malformed: 'the lock cannot be read',
  origin_differs: 'the log was written under another origin',
  key_differs: 'the log was signed with another key',
  ahead_of_lock: 'the published log is ahead of its lock',
  checkpoint_differs: 'the published checkpoint does not agree with the lock',
  tiles_missing: 'tiles that the lock covers are missing',
  tiles_differ: 'the tiles do not have the root that was signed',
  wal_corrupt: 'the write-ahead log is damaged before its end',
  wal_gap: 'entries are missing between the lock and the write-ahead log',
  unrecoverable: 'entries that were signed for are lost or altered, so the log cannot go on',
} as const
WHY satisfies Record<string, string>

export type FsLogRefusalCode = keyof typeof WHY

export class FsLogRefused extends Error {
  override readonly name: string = 'FsLogRefused'
  readonly code: FsLogRefusalCode

  constructor(code: FsLogRefusalCode, detail?: string) {
    super(detail === undefined ? WHY[code] : `${WHY[code]}: ${detail}`)
    this.code = code
  }
}
