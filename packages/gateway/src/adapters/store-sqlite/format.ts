import type { Database } from '../../databases/sqlite.js'
import type { Format } from '../../databases/sqlite-file.js'

// `seq` rises with each write, over all spaces and processes: it is given while the one write lock is held, so who sees a
// number sees all that are lower. As the row's own address it keeps rows in the order in which they are followed; an index
// over (space) is one over (space, seq). A row that is gone has no value, or has expired; `expires_at` is then since when.
// The table has another name than in format 1, so that a process of an earlier version that still runs fails, rather than
// write what nobody is told of.
const TABLES = `
create table entries (
  seq integer primary key, space text not null, key text not null, value text, expires_at integer
);
create unique index entries_by_key on entries (space, key);
create index entries_by_seq on entries (space);
create index entries_by_expiry on entries (expires_at) where expires_at is not null;
create table sequence (last integer not null, purged integer not null);
`

const FROM_1 = `
insert into entries (space, key, value, expires_at) select space, key, value, expires_at from rows order by space, key;
drop table rows;
`

/** `last` is the highest `seq` that was given, `purged` the highest of a row that was gone and is not even kept as that. */
const SEQUENCE = 'insert into sequence (last, purged) select coalesce(max(seq), 0), 0 from entries'

export const STORE_FORMAT: Format = {
  name: 'the store',
  number: 2,
  make(database: Database, from: number) {
    database.exec(TABLES)
    if (from === 1) database.exec(FROM_1)
    database.exec(SEQUENCE)
  },
}
