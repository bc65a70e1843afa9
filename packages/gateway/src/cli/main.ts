import { readFileSync } from 'node:fs'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import type { ClassifyFlags, IngestFlags } from './dataset.js'
import type { ScanFlags } from './dataset-scan.js'
import type { CreateFlags, RotateFlags } from './keys.js'
import type { DeclassifyFlags, IdentityFlags } from './labels.js'
import { CommandError, EXIT, failureOf, type Output, outputOf } from './output.js'
import type { RevokeFlags } from './revoke.js'
import type { RotateSigningFlags } from './signing-keys.js'
import type { ProvenRequest, TokenFlags } from './token.js'

const LEFT_RUNNING_MS = 500
const DATA_DIR = '.ostiary-dev'

/** Commands load what they need when they run: `check` must not wait for an identity provider to be read. */
function program(finish: (code: number) => void): Command {
  const ostiary = new Command('ostiary')
    .description('The doorkeeper for generative AI.')
    .exitOverride()
    .version(version(), '--version', 'say which version this is')
    .configureOutput({ writeErr: (text) => process.stderr.write(text) })
    .showHelpAfterError()
  const command = (name: string, description: string): Command =>
    ostiary
      .command(name)
      .description(description)
      .option('--json', 'JSON on stdout: one object, or one a line')
      .exitOverride()
  const withConfig = (one: Command): Command => one.option('--config <file>', 'configuration file', './ostiary.yaml')
  const runs =
    <T extends { json?: boolean }>(
      work: (
        options: T,
        output: Output,
        argument: string | undefined,
        /** What stands behind the first one. */
        others: readonly string[],
      ) => Promise<number>,
      /** How the JSON of a failure begins. */
      failed: Readonly<Record<string, false>> = { ok: false },
    ) =>
    async (...args: unknown[]): Promise<void> => {
      // commander: arguments first, then options, then the command.
      const options = args.at(-2) as T
      const [argument, ...others] = args
        .slice(0, -2)
        .flat()
        .filter((one) => typeof one === 'string')
      const output = outputOf(options.json === true)
      try {
        finish(await work(options, output, argument, others))
      } catch (error) {
        output.data({ ...failed, ...failureOf(error) })
        throw error
      }
    }

  command('demo', 'the whole story in a minute, on embedded parts')
    .option('--exit', 'end when the story is told')
    .action(
      runs<{ json?: boolean; exit?: boolean }>(async ({ exit }, output) => {
        const { demo } = await import('./demo.js')
        return await demo({ exit: exit === true }, output)
      }),
    )
  command('dev', 'an all-in-one gateway for development, on loopback only')
    .option('--port <port>', 'data plane', port, 8787)
    .option('--admin-port <port>', 'admin plane', port, 8788)
    .option('--data <dir>', 'where keys, log, store and policies are kept', DATA_DIR)
    .option('--upstream <url>', 'base URL of an OpenAI-compatible server, instead of the demo model')
    .action(
      runs<{ json?: boolean; port: number; adminPort: number; data: string; upstream?: string }>(
        async (options, output) => {
          const { dev } = await import('./dev.js')
          return await dev(
            { port: options.port, adminPort: options.adminPort, dataDir: options.data, upstream: options.upstream },
            output,
          )
        },
      ),
    )
  command('init', 'write a commented configuration, policies and the schema for editors')
    .argument('[dir]', 'where to', '.')
    .option('--flow-rules', 'policies too that forbid flows by labels, and the labels that they read')
    .action(
      runs<{ json?: boolean; flowRules?: boolean }>(async ({ flowRules = false }, output, dir) => {
        const { init } = await import('./init.js')
        return init(dir ?? '.', { flowRules }, output)
      }),
    )
  withConfig(command('check', 'validate configuration and policies, without any network'))
    .option('--write-schema', "renew the editors' copy of the policy schema")
    .action(
      runs<{ json?: boolean; config: string; writeSchema?: boolean }>(async ({ config, writeSchema }, output) => {
        const { check, writeSchemaCopy } = await import('./check.js')
        if (writeSchema === true) writeSchemaCopy(config)
        return await check(config, output)
      }),
    )
  withConfig(command('start', 'run the gateway')).action(
    runs<{ json?: boolean; config: string }>(
      async ({ config }, output) => {
        const { start } = await import('./start.js')
        return await start(config, output)
      },
      { ready: false },
    ),
  )
  withConfig(command('revoke', 'revoke a token, a subject, a session or all tokens, at once'))
    .option('--jti <id>', 'one token, and those exchanged from it')
    .option('--sub <subject>', 'every token of a subject that was issued up to now')
    .option('--session <id>', 'every token of a session')
    .option('--issuer <issuer>', 'whose token, subject or session; default: of any issuer')
    .option('--all', 'every token that was issued up to now')
    .action(
      runs<{ json?: boolean; config: string } & RevokeFlags>(async ({ json: _json, config, ...flags }, output) => {
        const { revoke } = await import('./revoke.js')
        return await revoke(config, flags, output)
      }),
    )
  const labels = ostiary.command('labels').description('labels of identities: show and lower them').exitOverride()
  const labelsCommand = (name: string, description: string): Command =>
    withConfig(
      labels
        .command(name)
        .description(description)
        .option('--json', 'JSON on stdout: one object, or one a line')
        .requiredOption('--issuer <issuer>', 'whose identity it is')
        .requiredOption('--sub <subject>', 'its name there')
        .exitOverride(),
    )
  labelsCommand('show', 'those that an identity has now').action(
    runs<{ json?: boolean; config: string } & IdentityFlags>(async ({ config, ...flags }, output) => {
      const { showLabels } = await import('./labels.js')
      return await showLabels(config, flags, output)
    }),
  )
  labelsCommand('declassify', 'take labels from an identity before they age out, at once')
    .requiredOption('--labels <labels>', 'one, or several with commas between')
    .requiredOption('--reason <text>', 'why, for the log')
    .action(
      runs<{ json?: boolean; config: string } & DeclassifyFlags>(async ({ config, ...flags }, output) => {
        const { declassify } = await import('./labels.js')
        return await declassify(config, flags, output)
      }),
    )
  command('token', 'an access token from the `dev` issuer, for one of its people')
    .requiredOption('--as <name>', 'alice, bob, carol, batch or scout')
    .option('--scope <scope>', 'space-separated scopes')
    .option('--expires <seconds>', 'lifetime; a negative one gives a token that has expired', seconds, 300)
    .option('--acr <class>', 'how the person proved who they are, such as phr')
    .option('--auth-age <seconds>', 'how long ago they did', index)
    .option('--dpop <file>', 'private JWK (ES256) that the token is bound to; made where there is none')
    .option('--proof <request>', 'print a DPoP proof for one request too: "POST http://127.0.0.1:8787/v1/…"', proven)
    .option('--nonce <nonce>', 'what the server said in DPoP-Nonce')
    .option('--data <dir>', 'data folder of `ostiary dev`', DATA_DIR)
    .action(
      runs<TokenFlags>(async (flags, output) => {
        const { token } = await import('./token.js')
        return await token(flags, output)
      }),
    )
  command('inspect', 'run the detectors alone: {id,text,role?} a line in, {id,findings} a line out')
    .addOption(new Option('--jsonl', 'lines of JSON, the only format there is').default(true))
    .option('--config <file>', 'a configuration: the detectors that it leaves on, and its own terms')
    .action(
      runs<{ json?: boolean; config?: string }>(async ({ config }, output) => {
        const { inspectBy, inspectLines } = await import('./inspect.js')
        const write = (line: string): void => void process.stdout.write(`${line}\n`)
        return await inspectLines(inspectBy(config), process.stdin, write, output.warn)
      }),
    )
  withConfig(command('doctor', 'say what is wrong with a set-up and how to mend it')).action(
    runs<{ json?: boolean; config: string }>(async ({ config }, output) => {
      const { doctor } = await import('./doctor.js')
      const code = await doctor(config, output)
      // What a module that was tried left running must not keep the command.
      setTimeout(() => process.exit(code), LEFT_RUNNING_MS).unref()
      return code
    }),
  )
  command('version', 'say which version this is').action(
    runs<{ json?: boolean }>(async (_options, output) => {
      output.say(version())
      output.data({ version: version() })
      return EXIT.done
    }),
  )

  const keys = ostiary.command('keys').description('API keys: make, list, rotate and revoke them').exitOverride()
  const keysCommand = (name: string, description: string): Command =>
    withConfig(
      keys
        .command(name)
        .description(description)
        .option('--json', 'JSON on stdout: one object, or one a line')
        .exitOverride(),
    )
  keysCommand('create', 'make a key, and show it this once')
    .requiredOption('--owner <name>', 'whose key it is: the subject of all that is done with it')
    .requiredOption('--scope <scopes>', 'space-separated, such as "models:invoke models:list"')
    .option('--model <name>', 'only this model, and others named so', several)
    .option('--dataset <name>', 'only this dataset, and others named so', several)
    .option('--network <cidr>', 'only from this network, and others named so', several)
    .option('--group <name>', 'a group that policies know, and others named so', several)
    .option('--expires <time>', 'how long it is good, at most 366d (default: 90d)')
    .option('--dpop-jkt <thumbprint>', 'bound to the key with this SHA-256 thumbprint')
    .option('--dpop <file>', 'bound to the key in this file, a JWK or PEM')
    .option('--direct', 'taken on the data plane too, where `apiKeys.direct` allows it')
    .option('--budget <tokens>', 'TOKENS/day, TOKENS/month or TOKENS/total')
    .action(
      runs<{ json?: boolean; config: string } & CreateFlags>(async ({ config, ...flags }, output) => {
        const { createKey } = await import('./keys.js')
        return await createKey(config, flags, output)
      }),
    )
  keysCommand('list', 'all keys, without what opens anything').action(
    runs<{ json?: boolean; config: string }>(async ({ config }, output) => {
      const { listKeys } = await import('./keys.js')
      return await listKeys(config, output)
    }),
  )
  keysCommand('rotate', 'make a key that takes the place of another')
    .argument('<id>', 'of the old key')
    .option('--overlap <time>', 'how long the old one is still good (default: 24h)')
    .option('--expires <time>', 'how long the new one is good (default: as long as the old one was made for)')
    .action(
      runs<{ json?: boolean; config: string } & RotateFlags>(async ({ config, ...flags }, output, id) => {
        const { rotateKey } = await import('./keys.js')
        return await rotateKey(config, id ?? '', flags, output)
      }),
    )
  keysCommand('revoke', 'end a key at once, with all tokens that were exchanged from it')
    .argument('<id>', 'of the key; `-` reads the key itself from stdin, for one that has leaked')
    .action(
      runs<{ json?: boolean; config: string }>(async ({ config }, output, id) => {
        const { revokeKey } = await import('./keys.js')
        return await revokeKey(config, id ?? '', output)
      }),
    )

  const datasets = ostiary
    .command('dataset')
    .description('datasets: put, classify and delete documents, scan tables')
    .exitOverride()
  const datasetCommand = (name: string, description: string): Command =>
    withConfig(
      datasets
        .command(name)
        .description(description)
        .option('--json', 'JSON on stdout: one object, or one a line')
        .exitOverride(),
    )
  const classifies = (one: Command): Command =>
    one
      .option('--classification <level>', 'a level of the configuration')
      .option('--categories <names>', 'with commas between, such as pii,finance; "" is none')
      .option('--access <readers>', 'who may find it, with commas between: *, group:NAME, user:ISSUER#SUBJECT')
  classifies(datasetCommand('ingest', 'inspect documents, and put them in the place of those of the same id'))
    .argument('<name>', 'the dataset')
    .argument('<files...>', 'text, Markdown, JSON or CSV')
    .option('--format <format>', 'text, markdown, json or csv (default: by the name of the file)')
    .option('--text-column <name>', 'of CSV: a column that is the text, and others named so (default: text)', several)
    .action(
      runs<{ json?: boolean; config: string } & IngestFlags>(async ({ config, ...flags }, output, name, files) => {
        const { ingestFiles } = await import('./dataset.js')
        return await ingestFiles(config, name ?? '', files, flags, output)
      }),
    )
  classifies(datasetCommand('reclassify', 'give a document another classification, or other readers'))
    .argument('<name>', 'the dataset')
    .argument('<id>', 'of the document')
    .action(
      runs<{ json?: boolean; config: string } & ClassifyFlags>(async ({ config, ...flags }, output, name, [id]) => {
        const { reclassifyDocument } = await import('./dataset.js')
        return await reclassifyDocument(config, name ?? '', id ?? '', flags, output)
      }),
    )
  datasetCommand('delete', 'delete documents')
    .argument('<name>', 'the dataset')
    .argument('<ids...>', 'of the documents')
    .action(
      runs<{ json?: boolean; config: string }>(async ({ config }, output, name, ids) => {
        const { deleteDocuments } = await import('./dataset.js')
        return await deleteDocuments(config, name ?? '', ids, output)
      }),
    )
  datasetCommand('scan', 'propose how the tables of a PostgreSQL database might be classified')
    .argument('[name]', 'a dataset of the configuration; else --url')
    .option('--url <url>', 'postgres://…; `-` reads it from stdin, so that nobody sees a password in it')
    .option('--schema <name>', 'a schema, and others named so (default: public, or those of the dataset)', several)
    .option('--sample <rows>', 'rows of each table that are looked at, at most 1000', rows, 100)
    .option('--name <name>', 'what the dataset is called (default: data)')
    .action(
      runs<{ json?: boolean; config: string } & ScanFlags>(async ({ config, ...flags }, output, name) => {
        const { scanDataset } = await import('./dataset-scan.js')
        return await scanDataset(config, name, flags, output)
      }),
    )
  datasetCommand('list', 'all datasets, and the classifications of what they hold').action(
    runs<{ json?: boolean; config: string }>(async ({ config }, output) => {
      const { listDatasets } = await import('./dataset.js')
      return await listDatasets(config, output)
    }),
  )

  const providers = ostiary.command('providers').description('the keys of providers').exitOverride()
  const providersCommand = (name: string, description: string): Command =>
    withConfig(
      providers
        .command(name)
        .description(description)
        .option('--json', 'JSON on stdout: one object, or one a line')
        .exitOverride(),
    )
  providersCommand('list', 'providers, and where each key comes from and what state it is in').action(
    runs<{ json?: boolean; config: string }>(async ({ config }, output) => {
      const { listProviders } = await import('./providers.js')
      return await listProviders(config, output)
    }),
  )
  providersCommand('rotate', 'have the gateway read every key of a provider anew, and put it back in use')
    .argument('<name>', 'the provider')
    .action(
      runs<{ json?: boolean; config: string }>(async ({ config }, output, name) => {
        const { rotateProvider } = await import('./providers.js')
        return await rotateProvider(config, name ?? '', output)
      }),
    )
  providersCommand('set-key', 'store a secret, sealed; `store:NAME` in the configuration names it')
    .argument('<name>', 'what it is stored as')
    .requiredOption('--stdin', 'read it from stdin, the only way: arguments can be seen by everybody on the machine')
    .action(
      runs<{ json?: boolean; config: string }>(async ({ config }, output, name) => {
        const { setKey } = await import('./providers.js')
        return await setKey(config, name ?? '', process.stdin, output)
      }),
    )

  const signingKeys = ostiary.command('signing-keys').description('the keys that sign our own tokens').exitOverride()
  withConfig(
    signingKeys
      .command('rotate')
      .description('make the next key, which signs once every verifier has had time to see it')
      .option('--compromised', 'it signs at once, all others are taken out, and every token that they signed ends')
      .option('--json', 'JSON on stdout: one object, or one a line')
      .exitOverride(),
  ).action(
    runs<{ json?: boolean; config: string } & RotateSigningFlags>(async ({ config, ...flags }, output) => {
      const { rotateSigningKey } = await import('./signing-keys.js')
      return await rotateSigningKey(config, flags, output)
    }),
  )

  const audit = ostiary.command('audit').description('verify, follow and prove the log').exitOverride()
  const auditCommand = (name: string, description: string): Command =>
    audit
      .command(name)
      .description(description)
      .option('--json', 'JSON on stdout: one object, or one a line')
      .exitOverride()
  auditCommand('verify', 're-derive everything from the entries, or check the proof of one')
    .option('--log <dir|url>', 'the log')
    .requiredOption('--vkey <key>', 'its verifier key')
    .option('--against <file>', 'an older checkpoint that the log must continue')
    .option('--proof <file>', 'instead of a log: what `audit prove --json` printed, or its proof alone with --entry')
    .option('--entry <file>', 'the entry that the proof is about, as `audit tail` prints it')
    .action(runs<VerifyFlags>(verifyCommand))
  auditCommand('prove', 'a tlog-proof for an entry')
    .requiredOption('--log <dir|url>', 'the log')
    .requiredOption('--vkey <key>', 'its verifier key')
    .argument('<entry>', 'index, or a receipt such as origin/index')
    .action(
      runs<{ json?: boolean; log: string; vkey: string }>(async ({ log, vkey }, output, entry) => {
        const { proveEntry } = await import('./audit.js')
        const [, origin, index] = /^(?:(.+)\/)?(\d+)$/.exec(entry ?? '') ?? []
        if (index === undefined) throw new CommandError('the entry is an index or a receipt', EXIT.usage)
        return await proveEntry({ log, vkey }, Number(index), origin, output)
      }),
    )
  auditCommand('tail', 'print entries, one a line')
    .requiredOption('--log <dir>', 'the log')
    .option('--from <index>', 'first entry', index, 0)
    .option('--follow', 'go on until it is stopped')
    .action(
      runs<{ json?: boolean; log: string; from: number; follow?: boolean }>(async ({ log, from, follow }) => {
        const { tail } = await import('./audit.js')
        return await tail(log, from, follow === true, (line) => process.stdout.write(`${line}\n`))
      }),
    )
  withConfig(auditCommand('recover', 'the logged way out of a refused start')).action(
    runs<{ json?: boolean; config: string }>(async ({ config }, output) => {
      const { recover } = await import('./recover.js')
      return await recover(config, output)
    }),
  )
  return ostiary
}

interface VerifyFlags {
  readonly json?: boolean
  readonly vkey: string
  readonly log?: string
  readonly against?: string
  readonly proof?: string
  readonly entry?: string
}

/** A log or one proof: neither and both are wrong use. */
async function verifyCommand({ vkey, log, against, proof, entry }: VerifyFlags, output: Output): Promise<number> {
  const { keyOf, verify } = await import('./audit.js')
  if (log !== undefined && proof === undefined && entry === undefined) {
    return await verify({ log, vkey }, against, output)
  }
  if (proof === undefined || log !== undefined || against !== undefined) {
    throw new CommandError(
      'verify takes --log, with --against or without, or --proof, with --entry or without',
      EXIT.usage,
    )
  }
  const { verifyProof } = await import('./proof.js')
  return await verifyProof(proof, entry, keyOf(vkey), output)
}

/** An option that is given more than once. */
function several(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text]
}

/** As the package says. */
function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const read: unknown = JSON.parse(text)
  return typeof read === 'object' && read !== null && 'version' in read ? String(read.version) : 'unknown'
}

function port(text: string): number {
  const value = Number(text)
  if (!/^\d{1,5}$/.test(text) || value > 65_535) throw new InvalidArgumentError('a port is 0 to 65535.')
  return value
}

function index(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('an index is a whole number.')
  return Number(text)
}

function proven(text: string): ProvenRequest {
  const [, method, address = ''] = /^([A-Z]+) (https?:\/\/\S+)$/.exec(text) ?? []
  if (method === undefined || !URL.canParse(address)) {
    throw new InvalidArgumentError('a request is a method and a URL, such as "POST http://127.0.0.1:8787/v1/models".')
  }
  return { method, url: new URL(address) }
}

function rows(text: string): number {
  const value = Number(text)
  if (!/^\d{1,4}$/.test(text) || value > 1000) throw new InvalidArgumentError('rows are 0 to 1000.')
  return value
}

function seconds(text: string): number {
  if (!/^-?\d{1,9}$/.test(text)) throw new InvalidArgumentError('seconds are a whole number.')
  return Number(text)
}

async function main(): Promise<void> {
  let code: number = EXIT.done
  // A reader that has seen enough (`| head -1`) ends the command, and that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.failed),
  )
  try {
    await program((finished) => {
      code = finished
    }).parseAsync(process.argv)
  } catch (error) {
    if (error instanceof CommanderError) code = error.exitCode === 0 ? EXIT.done : EXIT.usage
    else {
      // An operator reads this: what is wrong, in one line, without a stack.
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
      code = error instanceof CommandError ? error.exitCode : EXIT.failed
    }
  }
  process.exitCode = code
}

await main()
