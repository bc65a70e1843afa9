import type { Database } from '../../databases/sqlite.js'
import type { Format } from '../../databases/sqlite-file.js'

// `audiences` are the different (class, readers) that documents have; what is counted there is all that a search knows of how many
// there are, so that nothing is told of those that its reader may not see. `words` is FTS5 without the texts themselves: it keeps
// which passages have which word, `postings` reads that. The words are made here, by `wordsOf`: of what it is given the tokenizer
// `ascii` changes nothing, as there is no sign and no capital letter of ASCII in it. `vectors` has those of passages that were put
// while embeddings were configured.
const TABLES = `
create table audiences (
  number integer primary key, class text not null, readers text not null,
  documents integer not null, passages integer not null, words integer not null,
  unique (class, readers)
);
create table readers (
  reader text not null, audience integer not null, primary key (reader, audience)
) without rowid;
create index readers_by_audience on readers (audience);
create table documents (
  number integer primary key, id text not null unique, title text not null, attributes text not null,
  audience integer not null
);
create table passages (number integer primary key, document integer not null, text text not null);
create index passages_by_document on passages (document);
create table vectors (number integer primary key, model text not null, vector blob not null);
create virtual table words using fts5 (text, content = '', contentless_delete = 1, tokenize = 'ascii');
create virtual table postings using fts5vocab (words, 'instance');
`

export const DOCUMENTS_FORMAT: Format = {
  name: 'the documents',
  number: 1,
  make(database: Database) {
    database.exec(TABLES)
  },
}
