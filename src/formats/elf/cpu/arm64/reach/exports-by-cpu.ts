import type { Program } from '../code/program.ts'

/**
 * Names of instruction sets that are not names of what they are for as well, as AES and FP16 are. `_ZGVsMxv_exp` are functions that
 * compilers call for vectors (Vector Function ABI for AArch64, 3.5: s is SVE).
 */
const isaName = /(?:sve2?(?:\b|_|\d|nofma)|^_ZGVs[NM]|dotprod|i8mm|asimd(?:dp|hp|rdm)|neoverse|a64fx|armv8_?[1-9])/i

/** A file of which hardly anything is exported under another name than one of a CPU was made for that CPU as a whole. */
const MOST_NAMED = 0.9

/**
 * Exports of a library that asks nothing about the CPU, which bear the name of an instruction set and stand beside others (SLEEF, the
 * vector functions of libmvec): who calls them asks.
 */
export function exportsByCpu({ image, graph, detectors }: Program, needs: ReadonlySet<number>): ReadonlySet<number> {
  const named = new Set<number>()
  if (detectors.any || !image.isLibrary) return named
  let exported = 0
  for (const { address, exported: isExported, name } of image.functions) {
    const index = isExported ? graph.functionAt(address) : undefined
    if (index === undefined) continue
    exported++
    if (isaName.test(name)) named.add(index)
  }
  return [...named].some((index) => needs.has(index)) && named.size <= MOST_NAMED * exported ? named : new Set()
}
