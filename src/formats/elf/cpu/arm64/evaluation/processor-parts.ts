import { number, plain, type Value } from '../../program/value.ts'
import type { Machine } from './machine.ts'

/** MIDR_EL1: implementer (31:24) and part number (15:4), without variant (23:20), architecture (19:16) and revision (3:0). */
const NAMES_PART = 0xff00_ff00 | 0
const OTHER_FIELDS = 0x00ff_000f

/**
 * What is left of a number that nobody knows when an AND let through which processor it names, and nothing else: pytorch's cpuinfo puts MIDR_EL1
 * together from the texts of /proc/cpuinfo, and knows from it what some kernels do not say. `midr` is that of the CPU that is asked about.
 */
export function executePartOfProcessor(word: number, machine: Machine, midr: Value | undefined): void {
  const register = word & 31
  const value = machine.registers[register]
  if (value?.hull !== true || value.detected || value.base !== plain || midr === undefined || midr.words.length !== 2) return
  const [always = 0, , sometimes = 0, high = 0] = value.words
  if (always !== 0 || high !== 0 || (sometimes & NAMES_PART) !== NAMES_PART || (sometimes & OTHER_FIELDS) !== 0) return
  machine.write(register, number(midr.words[0]! & sometimes, 0, true))
}

/** AND Wd, Wn, #bits; AND Wd, Wn, Wm. */
export function isAnd(word: number): boolean {
  return (word & 0xff80_0000) === 0x1200_0000 || (word & 0xff20_0000) === 0x0a00_0000
}
