import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Requirement } from '../../src/core/requirement.ts'
import { X86Decoder } from '../../src/isa/x86/decode.ts'
import { silentFeatures } from '../../src/isa/x86/features.ts'
import { ladder, lowestWith, rank, runUnder } from './ladder.ts'

const run = promisify(execFile)

/**
 * What qemu's models say nothing about: XBEGIN aborts at once, UMONITOR and TPAUSE are read as other instructions, and RDTSCP is
 * refused up to Westmere, though Nehalem has it, and those of AMD that qemu64 is like.
 */
const notCompared: ReadonlySet<string> = new Set(['rtm', 'waitpkg', 'rdtscp'])
/** VBROADCASTSS and VBROADCASTSD from a register take AVX2 (SDM volume 2); qemu 7.2 runs them wherever there is AVX. */
const notRefusedWithAvx = /^c4[0-9a-f]{2}[0-9a-f]{2}1[89][c-f]/

/** The instructions that reports name for required and possible features, as hexadecimal digits. */
export function witnessesOf(requirements: readonly Requirement[]): string[] {
  const counted = requirements.filter(({ need, name }) => need !== 'guarded' && !silentFeatures.has(name))
  return counted.flatMap(({ evidence }) => evidence.filter(({ address, text }) => address !== undefined && /^[0-9a-f]+$/.test(text)).map(({ text }) => text))
}

/**
 * Executes each instruction on every model. What is wrong: an instruction that runs where our tables say that it traps, or
 * the other way round.
 */
export async function replay(instructions: readonly string[], work: string): Promise<string[]> {
  const distinct = [...new Set(instructions)]
  const program = join(work, 'replay')
  await run('gcc', ['-O1', '-w', fileURLToPath(new URL('replay.c', import.meta.url)), '-o', program])
  const decoder = new X86Decoder(64)
  const lowest = distinct.map((hex) => {
    const length = decoder.decode(Uint8Array.from(Buffer.from(hex, 'hex')), 0)
    const features = length * 2 === hex.length ? decoder.tables.featureSets[decoder.feature]! : []
    return features.some((name) => notCompared.has(name)) || notRefusedWithAvx.test(hex) ? undefined : rank(lowestWith(features))
  })
  const wrong: string[] = []
  for (const [place, { model }] of ladder.entries()) {
    if (model === 'beyond') continue
    const { output } = await runUnder(model, [program, ...distinct])
    for (const [index, hex] of distinct.entries()) {
      const traps = output[index] === 'I'
      if (lowest[index] !== undefined && traps !== place < lowest[index]!) wrong.push(`${hex} ${traps ? 'traps' : 'runs'} on ${model}`)
    }
  }
  return wrong
}
