// node bench/isa-styles.mjs FILE[,FILE …] [--styles PATTERN] [--dist FOLDER] [--all] -- COMPILER FLAG …
//
// Builds every style of programs in test/truth/programs (`#ifdef STYLE`) by one command, in a way that no test does, runs them on
// CPU models of qemu-user and compares what they need with the verdict. Prints what is missed silently, falsely required, or
// possible and not needed (with --all what is needed and only possible, too). What runs where is kept in the folder of the corpus.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { corpusFolder } from './corpus-folder.mjs'
import { workFolder } from './work-folder.mjs'

const run = promisify(execFile)
const split = process.argv.indexOf('--')
const [compiler, ...flags] = process.argv.slice(split + 1)
const { values: options, positionals } = parseArgs({
  args: process.argv.slice(2, split),
  allowPositionals: true,
  options: {
    styles: { type: 'string', default: '' },
    all: { type: 'boolean', default: false },
    dist: { type: 'string', default: fileURLToPath(new URL('../dist', import.meta.url)) },
  },
})
const { analyzeCpu } = await import(join(options.dist, 'src/formats/elf/cpu/index.js'))
const { readElf } = await import(join(options.dist, 'src/formats/elf/read/elf-file.js'))

const programs = fileURLToPath(new URL('../test/truth/programs', import.meta.url))
const truths = join(corpusFolder, 'styles')
const work = workFolder()
mkdirSync(truths, { recursive: true })
/** From old to new; the last of the levels is of what no model of qemu-user runs. */
const models = ['qemu64', 'Nehalem', 'Haswell']
const levels = ['x86-64-v1', 'x86-64-v2', 'x86-64-v3', 'x86-64-v4']
const context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }

const isArm = [compiler, ...flags].some((word) => word.includes('aarch64'))
const found = { programs: 0, exact: 0, SILENT: 0, FALSE: 0, possible: 0, needed: 0 }
for (const file of positionals[0].split(',')) {
  const source = readFileSync(join(programs, file), 'utf8')
  const names = isArm ? stylesOf(source).flatMap((style) => kernelsOf(source).map((kernel) => [style, kernel])) : stylesOf(source).map((style) => [style])
  for (const defined of names.filter((each) => new RegExp(options.styles).test(each.join(' ')))) {
    const output = join(work, 'program')
    const libraries = isArm ? [] : ['-lpthread', '-ldl', '-lm']
    try {
      await run(compiler, ['-w', ...flags, ...defined.map((name) => `-D${name}`), join(programs, file), '-o', output, ...libraries])
    } catch {
      continue
    }
    const bytes = readFileSync(output)
    const { requirements, properties } = await analyzeCpu(readElf(bytes), {}, context)
    const verdict = isArm ? ofArm64(requirements) : ofX86(properties)
    const truth = await truthOf(output, bytes)
    if (truth === undefined) continue
    found.programs++
    const { required, possible } = verdict
    const kind = possible < truth ? 'SILENT' : required > truth ? 'FALSE' : required < truth ? 'needed' : possible > truth ? 'possible' : 'exact'
    found[kind]++
    if (kind !== 'exact' && (kind !== 'needed' || options.all)) console.log(`${kind.padEnd(8)}  ${file}  ${defined.join(' ')}  runs from ${truth}, required ${required}, possible ${possible}`)
  }
}
console.log(`${[compiler, ...flags].join(' ')}: ${found.programs} programs, ${found.exact} exact, ${found.SILENT} missed silently, ${found.FALSE} falsely required, ${found.possible} possible and not needed, ${found.needed} needed and possible`)

/** What the source asks for with #if: names of styles begin no kernel and no header. */
function stylesOf(source) {
  const asked = [...source.matchAll(/^#\s*(?:el)?if(?:n?def)?\b.*$/gm)].flatMap(([line]) => line.match(/\b[A-Z][A-Z0-9_]{2,}\b/g) ?? [])
  return [...new Set(asked)].filter((name) => !/^__|^(SHARED|WEAK|NOINLINE)$/.test(name) && !kernelsOf(source).includes(name))
}

/** The features that kernels of AArch64 use, of which each is built (sums-arm64.h). */
function kernelsOf(source) {
  return isArm && source.includes('arm64.h"') ? ['DOTPROD', 'SVE'] : []
}

function ofX86({ cpuLevel }) {
  return { required: cpuLevel.required, possible: cpuLevel.possible ?? cpuLevel.required }
}

function ofArm64(requirements) {
  const has = (...needs) => requirements.some(({ kind, need }) => kind === 'cpu-feature' && needs.includes(need))
  return { required: has('required') ? 'max' : 'cortex-a53', possible: has('required', 'possible') ? 'max' : 'cortex-a53' }
}

/** The first model on which the program runs to its end; undefined where none is known. */
async function truthOf(path, bytes) {
  const known = join(truths, createHash('sha256').update(bytes).digest('hex'))
  if (existsSync(known)) return readFileSync(known, 'utf8') || undefined
  let truth = ''
  if (isArm) {
    for (const model of ['cortex-a53', 'max']) if (truth === '' && (await passes('qemu-aarch64', ['-L', '/usr/aarch64-linux-gnu', '-cpu', model, path]))) truth = model
  } else {
    for (const [index, model] of models.entries()) if (truth === '' && (await passes('qemu-x86_64', ['-cpu', model, path]))) truth = levels[index]
    if (truth === '' && (await passes(path, []))) truth = levels[3]
  }
  writeFileSync(known, truth)
  return truth || undefined
}

async function passes(command, args) {
  return run(command, args, { timeout: 60_000, cwd: work }).then(
    () => true,
    () => false,
  )
}
