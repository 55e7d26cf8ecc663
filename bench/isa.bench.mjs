import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { executableRanges } from '../dist/src/formats/elf/read/address-space.js'
import { readElf } from '../dist/src/formats/elf/read/elf-file.js'
import { scanX86 } from '../dist/src/isa/x86/scan.js'

export const title = 'CPU features: decoding the code of the running node'

export async function bench() {
  if (process.arch !== 'x64' || process.platform !== 'linux') return { columns: ['decoder'], rows: [], notes: ['needs Linux on x64'] }
  const file = readFileSync(process.execPath)
  const text = executableRanges(readElf(file)).find((range) => range.name === '.text')
  const code = file.subarray(text.offset, text.offset + text.size)
  const part = code.subarray(0, 4_000_000)
  const iced = createRequire(import.meta.url)('iced-x86')
  const rows = [
    ['shrink', megabytesPerSecond(code, () => scanX86(code, 64))],
    ['iced-x86 (wasm)', megabytesPerSecond(part, () => icedFeatures(iced, part))],
  ]
  return { columns: ['decoder', 'MB/s of .text, one thread'], rows, notes: [`${(code.length / 1e6).toFixed(1)} MB; iced on the first 4 MB; median of 5`] }
}

function megabytesPerSecond(code, work) {
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now()
    work()
    return performance.now() - start
  }).sort((a, b) => a - b)
  return Math.round(code.length / 1e3 / times[2])
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
