// `node training/prose.mjs CLONES OUT`: cuts ordinary prompts and documents out of clones of public repositories, for training: what
// alarms on them is wrong. The repositories, and the commits that the weights were made from, are in docs/detection.md. Nothing of
// them is kept here.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [clones, out] = process.argv.slice(2)
if (clones === undefined || out === undefined) {
  console.error('node training/prose.mjs CLONES OUT')
  process.exit(2)
}
mkdirSync(out, { recursive: true })

const show = (repository, path) =>
  execFileSync('git', ['-C', join(clones, repository), 'show', `HEAD:${path}`], { maxBuffer: 1 << 28 })
const list = (repository) =>
  execFileSync('git', ['-C', join(clones, repository), 'ls-tree', '-r', '--name-only', 'HEAD'], { maxBuffer: 1 << 26 })
    .toString()
    .split('\n')
const write = (name, rows) => {
  writeFileSync(join(out, `${name}.jsonl`), rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  console.log(name, rows.length)
}
const has = (repository) => existsSync(join(clones, repository))

const lines = (repository, path) =>
  show(repository, path)
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

// Prompts of volunteers (Apache-2.0).
if (has('Open-Assistant')) {
  const folder = 'model/model_eval/manual/data'
  const short = ['prompt_lottery_en_250_text', 'en_100_text'].flatMap((name) =>
    lines('Open-Assistant', `${folder}/${name}.jsonl`).filter((line) => typeof line === 'string'),
  )
  const messages = lines('Open-Assistant', `${folder}/en_100_message.jsonl`).flatMap((message) => said(message))
  write('open-assistant', [
    ...short.map((text) => ({ kind: 'prompt', text })),
    ...messages.map(({ role, text }) => ({ kind: role === 'prompter' ? 'prompt' : 'document', text })),
  ])
}
// Prompts that models are compared by, and what one of them answered (Apache-2.0).
if (has('alpaca_eval')) {
  const path = 'results/gemma-7b-it/weighted_alpaca_eval_gpt4_turbo/annotations.json'
  const rows = JSON.parse(show('alpaca_eval', path).toString())
  write('alpaca-eval', [
    ...rows.map(({ instruction }) => ({ kind: 'prompt', text: instruction })),
    ...rows.map(({ output_1 }) => ({ kind: 'document', text: output_1 })),
    ...rows.map(({ output_2 }) => ({ kind: 'document', text: output_2 })),
  ])
}
if (has('FastChat')) {
  const rows = ['mt_bench', 'vicuna_bench'].flatMap((bench) =>
    lines('FastChat', `fastchat/llm_judge/data/${bench}/question.jsonl`).flatMap(({ turns }) => turns),
  )
  write(
    'fastchat',
    rows.map((text) => ({ kind: 'prompt', text })),
  )
}
// Problems of arithmetic in words (MIT).
if (has('grade-school-math')) {
  const rows = lines('grade-school-math', 'grade_school_math/data/train.jsonl')
  write(
    'school-math',
    rows.slice(0, 1500).map(({ question }) => ({ kind: 'prompt', text: question })),
  )
}
for (const [name, pattern, max] of [
  ['Prompt-Engineering-Guide', /\.mdx$/, 400],
  ['tldr', /^pages(\.[a-z]{2}(_[A-Z]+)?)?\/.*\.md$/, 9000],
]) {
  if (!has(name)) continue
  const paths = list(name).filter(
    (path) => pattern.test(path) && !/adversarial|risks|injection|jailbreak|leaking|misuse/i.test(path),
  )
  const step = Math.max(1, Math.floor(paths.length / max))
  const rows = []
  for (let i = 0; i < paths.length; i += step) {
    const text = show(name, paths[i]).toString()
    if (/ignore (all|any|the|previous)|jailbreak/i.test(text)) continue
    rows.push({ kind: 'document', text: text.slice(0, 12000) })
  }
  write(name.toLowerCase(), rows)
}

function said(message) {
  return [message, ...(message.replies ?? []).flatMap(said)]
}
