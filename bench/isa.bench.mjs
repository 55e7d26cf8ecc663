import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { executableRanges } from '../dist/src/formats/elf/read/address-space.js'
import { readElf } from '../dist/src/formats/elf/read/elf-file.js'
import { scanArm64 } from '../dist/src/isa/arm64/scan.js'
import { scanX86 } from '../dist/src/isa/x86/scan.js'
import { corpusFolder } from './corpus-folder.mjs'
import { workFolder } from './work-folder.mjs'

export const title = 'CPU features: telling them from the code of node, and judging whole programs'

const ROUNDS = 5

/** All in one run and in turn, in CPU time (user + system) so that a busy machine changes little; ratios are what counts. */
export async function bench() {
  if (process.arch !== 'x64' || process.platform !== 'linux') return { columns: ['decoder'], rows: [], notes: ['needs Linux on x64'] }
  const code = textOf(process.execPath)
  const part = code.subarray(code.length >> 1, (code.length >> 1) + 4_000_000)
  const iced = createRequire(import.meta.url)('iced-x86')
  const folder = workFolder()
  const objects = join(folder, 'part')
  writeFileSync(objects, part)
  const contenders = [
    ['shrink', code, () => ownCpu(() => scanX86(code, 64))],
    ['iced-x86 (wasm), features of each instruction', part, () => ownCpu(() => icedFeatures(iced, part))],
    ['iced-x86 (wasm), codes only', part, () => ownCpu(() => icedCodes(iced, part))],
    ['objdump -d | grep -c ymm', part, () => childCpu('sh', ['-c', `objdump -b binary -m i386:x86-64 -D '${objects}' | grep -c ymm`])],
  ]
  const arm = join(corpusFolder, '@img+sharp-libvips-linux-arm64@1.3.4/lib/libvips-cpp.so.8.18.7')
  if (existsSync(arm)) contenders.push(['shrink, AArch64 (libvips)', textOf(arm), () => scanArm(textOf(arm))])
  const times = contenders.map(() => [])
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, [name, , work]] of contenders.entries()) {
      if (name.startsWith('objdump') && round > 1) continue // seconds each
      times[index].push(work())
    }
  }
  rmSync(folder, { recursive: true })
  const best = contenders.map(([, bytes], index) => bytes.length / 1e6 / Math.min(...times[index]))
  const rows = contenders.map(([name], index) => [name, best[index].toFixed(best[index] < 100 ? 1 : 0), (best[0] / best[index]).toFixed(1)])
  for (const [name, file] of [
    ['node', process.execPath],
    ['bun 1.4.5', join(corpusFolder, '@oven+bun-linux-x64@1.4.5/bin/bun')],
    ['workerd', join(corpusFolder, '@cloudflare+workerd-linux-64@1.20261117.1/bin/workerd')],
  ]) {
    if (existsSync(file)) rows.push([`whole verdict: ${name}, ${(textOf(file).length / 1e6).toFixed(1)} MB of code`, ...wholeVerdict(file)])
  }
  return {
    columns: ['what', 'MB/s of code (CPU time)', 'shrink is × as fast'],
    rows,
    notes: [`${(code.length / 1e6).toFixed(1)} MB of code; the others on 4 MB from its middle; best of ${ROUNDS}, in turn`, 'whole verdicts: CPU seconds and resident memory of a process of its own'],
  }
}

function textOf(path) {
  const file = readFileSync(path)
  const text = executableRanges(readElf(file)).reduce((most, range) => (range.size > most.size ? range : most))
  return file.subarray(text.offset, text.offset + text.size)
}

function ownCpu(work) {
  const start = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1e6
}

function childCpu(command, args) {
  const before = childTimes()
  const { status } = spawnSync(command, args)
  if (status !== 0 && status !== 1) return Infinity // grep without a match is 1
  return childTimes() - before
}

/** CPU seconds of the children that have ended: cutime and cstime of proc(5), in ticks of 1/100 s. */
function childTimes() {
  const fields = readFileSync('/proc/self/stat', 'latin1').split(') ')[1].split(' ')
  return (Number(fields[13]) + Number(fields[14])) / 100
}

function scanArm(code) {
  const words = new Int32Array(code.length >> 2)
  new Uint8Array(words.buffer).set(code.subarray(0, words.byteLength))
  let found = 0
  const seconds = ownCpu(() => scanArm64(words, () => found++))
  if (found === 0) throw new Error('no feature found')
  return seconds
}

function wholeVerdict(file) {
  const { stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(new URL('isa-verdict.mjs', import.meta.url)), file], { encoding: 'utf8' })
  if (stdout === '') throw new Error(stderr)
  const { seconds, megabytes } = JSON.parse(stdout)
  return [`${seconds.toFixed(1)} s`, `${megabytes} MB`]
}

function icedFeatures(iced, code) {
  const decoder = new iced.Decoder(64, code, 0)
  const instruction = new iced.Instruction()
  let features = 0
  while (decoder.canDecode) {
    decoder.decodeOut(instruction)
    features += instruction.cpuidFeatures().length
  }
  instruction.free()
  decoder.free()
  return features
}

function icedCodes(iced, code) {
  const decoder = new iced.Decoder(64, code, 0)
  const instruction = new iced.Instruction()
  const seen = new Uint8Array(8192)
  while (decoder.canDecode) {
    decoder.decodeOut(instruction)
    seen[instruction.code] = 1
  }
  instruction.free()
  decoder.free()
  return seen
}
