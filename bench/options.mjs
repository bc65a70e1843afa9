import { parseArgs } from 'node:util'

const USAGE = `usage: node bench/run.mjs [options]
  --quick             short rounds: to see that everything works, not to quote
  --only a,b          these targets alone
  --figures a,b       these figures alone, and the targets that they need
  --list              names the figures and the targets
  --markdown          prints the report with machine, versions and conditions, to append to a document
  --minutes N         opens no new round after so long (default 40)
  --no-build          measures what was built before`

const FULL = {
  warmSeconds: 15,
  rounds: 7,
  loadSeconds: 3,
  oneSeconds: 2,
  streamRounds: 7,
  streamSeconds: 4,
  abortRounds: 5,
  cutRounds: 7,
  starts: 7,
  profileSeconds: 10,
}
const QUICK = {
  warmSeconds: 5,
  rounds: 3,
  loadSeconds: 2,
  oneSeconds: 1,
  streamRounds: 3,
  streamSeconds: 2,
  abortRounds: 2,
  cutRounds: 2,
  starts: 3,
  profileSeconds: 4,
}

const list = (text) => (text === undefined ? undefined : text.split(',').filter((one) => one !== ''))

export function readOptions(argv) {
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        quick: { type: 'boolean', default: false },
        only: { type: 'string' },
        figures: { type: 'string' },
        list: { type: 'boolean', default: false },
        markdown: { type: 'boolean', default: false },
        minutes: { type: 'string', default: '40' },
        'no-build': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      console.log(USAGE)
      process.exit(0)
    }
    return {
      ...values,
      build: !values['no-build'],
      only: list(values.only),
      figures: list(values.figures),
      deadline: performance.now() + Number(values.minutes) * 60_000,
      sizes: values.quick ? QUICK : FULL,
    }
  } catch (error) {
    console.error(`${error.message}\n${USAGE}`)
    process.exit(2)
  }
}
