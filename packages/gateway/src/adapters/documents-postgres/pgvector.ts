import { type Client, codeOf } from '../../databases/postgres-client.js'

const CREATE = 'create extension vector'
const INSUFFICIENT_PRIVILEGE = '42501'

/** Vectors cannot be kept in a database. In words for the operator. */
export class NoPgvector extends Error {
  override readonly name: string = 'NoPgvector'
  readonly what: string
  readonly mend: string

  constructor(what: string, mend: string) {
    super(`${what}: ${mend}`)
    this.what = what
    this.mend = mend
  }
}

/**
 * The schema that pgvector stands in, quoted. Where the server has it and the database does not, it is put there, which a superuser
 * may, or who may create in a database whose server trusts it. Rejects with `NoPgvector` where it cannot be had.
 */
export async function havePgvector(client: Client): Promise<string> {
  const found = await schemaOf(client)
  if (found !== undefined) return found
  await mustBeOnServer(client)
  try {
    await client.ask((sql) => sql.unsafe(CREATE))
  } catch (thrown) {
    // Of two who put it there at once one fails, and finds it.
    const made = await schemaOf(client)
    if (made === undefined) throw notPut(thrown)
    return made
  }
  const made = await schemaOf(client)
  if (made === undefined) throw new Error('pgvector was put into the database, and is not there')
  return made
}

/** Rejects as that does, and leaves the database as it is. */
export async function tryPgvector(client: Client): Promise<void> {
  if ((await schemaOf(client)) !== undefined) return
  await mustBeOnServer(client)
  let may = false
  try {
    // The only way to know: services that host databases have rules of their own about who may.
    await client.ask((sql) =>
      sql.begin(async (within) => {
        await within.unsafe(CREATE)
        may = true
        throw new Error('it is taken back')
      }),
    )
  } catch (thrown) {
    if (!may) throw notPut(thrown)
  }
}

async function schemaOf(client: Client): Promise<string | undefined> {
  const [row] = await client.ask(
    (sql) => sql<{ schema: string }[]>`
      select quote_ident(n.nspname) as schema from pg_extension e join pg_namespace n on n.oid = e.extnamespace
      where e.extname = 'vector'`,
  )
  return row?.schema
}

async function mustBeOnServer(client: Client): Promise<void> {
  const found = await client.ask((sql) => sql`select 1 from pg_available_extensions where name = 'vector'`)
  if (found.length > 0) return
  const mend = 'install it there (often a package such as postgresql-17-pgvector), or leave `embeddings` out'
  throw new NoPgvector('this PostgreSQL has no pgvector, which `embeddings` wants', mend)
}

function notPut(thrown: unknown): unknown {
  if (codeOf(thrown) !== INSUFFICIENT_PRIVILEGE) return thrown
  const mend = `let a superuser \`${CREATE}\` in this database, or leave \`embeddings\` out`
  return new NoPgvector(
    'this database lacks pgvector, which `embeddings` wants, and the login may not put it there',
    mend,
  )
}
