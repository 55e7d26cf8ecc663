import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readElf } from '../../src/formats/elf/read/elf-file.ts'
import { offsetOf } from '../../src/formats/elf/read/address-space.ts'
import { X86Decoder } from '../../src/isa/x86/decode.ts'
import { type Model, runUnder } from './ladder.ts'

/** Where a program was stopped for an instruction that the CPU does not have. */
export interface Trap {
  /** In the memory space of the judged file; undefined when the trap was in another one. */
  readonly address: number | undefined
  readonly features: readonly string[]
}

/** Where qemu-user puts a position-independent program. */
const PROGRAM_BASE = 0x40_0000_0000
const PIE_OR_LIBRARY = 3 // ET_DYN

/** Runs the command on a CPU that is too old for it and looks where it stops: `--- SIGILL {… si_addr=…}` in the trace. */
export async function trapOf(file: string, command: readonly string[], model: Exclude<Model, 'beyond'>, env: Readonly<Record<string, string>>, work: string): Promise<Trap | undefined> {
  const log = join(work, 'trace')
  const { passed } = await runUnder(model, command, env, ['-strace', '-D', log])
  if (passed) return undefined
  const trace = await readFile(log, 'latin1')
  const stopped = /SIGILL \{[^}]*si_addr=0x([0-9a-f]+)/.exec(trace)
  if (stopped === null) return undefined
  const elf = readElf(await readFile(file))
  const base = elf.header.e_type === PIE_OR_LIBRARY ? loadBase(trace, file) : 0
  const address = Number.parseInt(stopped[1]!, 16) - base
  const offset = offsetOf(elf, BigInt(address))
  if (address < 0 || offset === undefined) return { address: undefined, features: [] }
  const decoder = new X86Decoder(64)
  const length = decoder.decode(elf.bytes, offset)
  return { address, features: length === 0 ? [] : decoder.tables.featureSets[decoder.feature]! }
}

/** Where the loader mapped the first bytes of the file, by the calls it made; qemu itself maps the program. */
function loadBase(trace: string, file: string): number {
  const name = file.slice(file.lastIndexOf('/') + 1).replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  const opened = new RegExp(String.raw`openat\([^"]*"[^"]*/${name}",[^=]*= (\d+)`).exec(trace)
  if (opened === null) return PROGRAM_BASE
  const mapped = new RegExp(String.raw`mmap\(NULL,\d+,[^,]*,[^,]*,${opened[1]!},0\) = 0x([0-9a-f]+)`).exec(trace.slice(opened.index))
  return mapped === null ? PROGRAM_BASE : Number.parseInt(mapped[1]!, 16)
}
