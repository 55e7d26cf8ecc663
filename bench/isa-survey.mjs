// node bench/isa-survey.mjs LIST [--arch x64|arm64] [--only PATTERN] [--files 3] [--jobs 2] [--dist FOLDER]
//
// Judges the largest ELF files of the packages that a list names (bench/isa-*.txt: NAME@VERSION of npm, NAME=VERSION or NAME
// of Debian), and prints what each requires, and what is possible above its level: how docs/isa-truth.md counts. Packages are
// fetched once, into the folder of the corpus, and no script of theirs is run.
import { execFile } from 'node:child_process'
import { closeSync, existsSync, lstatSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, readSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { corpusFolder } from './corpus-folder.mjs'

const run = promisify(execFile)
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    arch: { type: 'string', default: 'x64' },
    only: { type: 'string', default: '' },
    files: { type: 'string', default: '3' },
    jobs: { type: 'string', default: '2' },
    dist: { type: 'string', default: fileURLToPath(new URL('../dist', import.meta.url)) },
  },
})
const X64 = 62
const [machine, debian] = { x64: [X64, 'amd64'], arm64: [183, 'arm64'] }[options.arch]

/** Smaller ones hold nothing that would be worth a check. */
const LEAST_BYTES = 20_000
const MOST_SECONDS = 120
/** As test/truth/ladder.ts has them. */
const levels = [
  { name: 'x86-64-v1', features: ['cmov', 'cx8', 'fxsr', 'mmx', 'sse', 'sse2', 'sse3', 'cmpxchg16b', 'rdtscp', 'lzcnt', 'tzcnt'] },
  { name: 'x86-64-v2', features: ['ssse3', 'sse4_1', 'sse4_2', 'popcnt', 'aes', 'pclmulqdq'] },
  { name: 'AVX', features: ['avx', 'xsave', 'xsaveopt', 'f16c', 'rdrand', 'fsgsbase'] },
  { name: 'x86-64-v3', features: ['avx2', 'bmi1', 'bmi2', 'fma', 'movbe', 'adx', 'vaes', 'rdseed', 'clflushopt', 'clwb', 'sse4a', 'rdpid', 'xsavec'] },
  { name: 'beyond', features: [] },
]
const verdict = fileURLToPath(new URL('isa-verdict.mjs', import.meta.url))
const cache = join(corpusFolder, 'survey')

const packages = readFileSync(positionals[0], 'utf8')
  .split('\n')
  .filter((line) => !line.startsWith('#'))
  .flatMap((line) => line.split(' '))
  .filter((name) => name !== '' && new RegExp(options.only).test(name))
const rows = packages.map(() => [])
const queue = [...packages.keys()]
mkdirSync(cache, { recursive: true })
await Promise.all(Array.from({ length: Number(options.jobs) }, work))
for (const row of rows.flat()) console.log(row.line)
const files = rows.flat().filter(({ above }) => above !== undefined)
const doubtful = files.filter(({ above }) => above)
console.log(`${files.length} files of ${packages.length} packages: something is possible above the level of ${doubtful.length} (${((100 * doubtful.length) / Math.max(1, files.length)).toFixed(1)} %)`)

async function work() {
  for (let index = queue.shift(); index !== undefined; index = queue.shift()) {
    const name = packages[index]
    try {
      const folder = await fetched(name)
      for (const file of largestOf(folder)) rows[index].push(await judged(name, folder, file))
    } catch (error) {
      rows[index].push({ line: `not judged  ${name}: ${String(error.stderr || error.message).trim().split('\n').at(-1)}` })
    }
  }
}

/** A folder with the files of a package. */
async function fetched(name) {
  const folder = join(cache, `${options.arch}+${name.replaceAll('/', '+')}`)
  if (existsSync(folder)) return folder
  const part = mkdtempSync(join(cache, '.fetch-'))
  try {
    mkdirSync(join(part, 'files'))
    // npm's names have a version behind an @; those without are Debian's, or npm's newest
    const isNpm = name.lastIndexOf('@') > 0 || name.startsWith('@') || /linux-|-linux/.test(name)
    if (isNpm) await run('npm', ['pack', name, '--ignore-scripts', '--silent', '--pack-destination', part])
    else await run('apt-get', ['download', name.includes('=') ? name.replace('=', `:${debian}=`) : `${name}:${debian}`], { cwd: part })
    const archive = readdirSync(part).find((file) => /\.(tgz|deb)$/.test(file))
    if (isNpm) await run('tar', ['-xzf', join(part, archive), '-C', join(part, 'files'), '--strip-components=1', '--no-same-owner'])
    else await run('dpkg-deb', ['-x', join(part, archive), join(part, 'files')])
    renameSync(join(part, 'files'), folder)
    return folder
  } finally {
    rmSync(part, { recursive: true, force: true })
  }
}

/** The largest ELF files of the machine, none twice. */
function largestOf(folder) {
  const found = new Map()
  for (const entry of readdirSync(folder, { recursive: true })) {
    const path = join(folder, entry)
    const status = lstatSync(path)
    const { size, ino } = status
    if (status.isFile() && size >= LEAST_BYTES && isElf(path)) found.set(ino, { path, size })
  }
  return [...found.values()]
    .sort((a, b) => b.size - a.size || (a.path < b.path ? -1 : 1))
    .slice(0, Number(options.files))
    .map(({ path }) => path)
}

/** Of 64 bits, little-endian, for this machine, and a program or a library. */
function isElf(path) {
  const head = Buffer.alloc(20)
  const file = openSync(path, 'r')
  readSync(file, head, 0, head.length, 0)
  closeSync(file)
  return head.readUInt32BE(0) === 0x7f454c46 && head[4] === 2 && head[5] === 1 && [2, 3].includes(head.readUInt16LE(16)) && head.readUInt16LE(18) === machine
}

async function judged(name, folder, file) {
  const label = `${name}${file.slice(folder.length)}`
  try {
    const { stdout } = await run(process.execPath, [verdict, file, options.dist], { timeout: MOST_SECONDS * 1000 })
    const { seconds, required, possible } = JSON.parse(stdout)
    if (possible.includes('unknown-code')) return { line: `not judged  ${label}: packed` }
    const level = machine === X64 ? Math.max(0, ...required.map(levelOf)) : 0
    const above = possible.filter((feature) => levelOf(feature) > level)
    const shown = machine === X64 ? levels[level].name : required.join(' ') || 'Armv8.0'
    return { above: above.length > 0, line: [above.length > 0 ? 'possible' : 'ok      ', label, shown, ...(above.length > 0 ? [`possible: ${above.join(' ')}`] : []), `${seconds.toFixed(1)} s`].join('  ') }
  } catch (error) {
    return { line: `not judged  ${label}: ${error.killed ? `more than ${MOST_SECONDS} s` : String(error.stderr || error.message).trim().split('\n').at(-1)}` }
  }
}

/** Of x86-64: what the models of qemu-user that test/truth runs programs on can tell apart. Of AArch64 every feature is above its level. */
function levelOf(feature) {
  if (machine !== X64) return 1
  const level = levels.findIndex(({ features }) => features.includes(feature))
  return level < 0 ? levels.length - 1 : level
}
