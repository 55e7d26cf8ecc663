import binaryen from 'binaryen'
import { binaryenFlags, type FeatureId } from '../../../src/formats/wasm/features.ts'

/** `--enable-bulk-memory-opt` is `Features.BulkMemoryOpt`; two names differ. */
const bits = new Map(
  Object.entries(binaryen.Features as unknown as Record<string, number>).map(([name, bit]) => [name.toLowerCase(), bit]),
)
const renamed: Readonly<Record<string, string>> = { threads: 'atomics', simd: 'simd128', 'nontrapping-float-to-int': 'nontrappingfptoint' }

/** Compact imports are not a feature of the text but of its encoding: only where they are asked for. */
const everything = binaryen.Features.All & ~(bits.get('compactimports') ?? 0)

function flagBits(flags: readonly string[]): number {
  let mask = 0
  for (const flag of flags) {
    const name = flag.replace('--enable-', '')
    const bit = bits.get(name.replaceAll('-', '')) ?? bits.get(renamed[name] ?? '')
    if (bit === undefined) throw new Error(`Binaryen has no feature ${name}`)
    mask |= bit
  }
  return mask
}

/**
 * WebAssembly text to bytes: Binaryen is an encoder and a validator that is not ours.
 * @param used the features to allow; all when left out. It is an error if Binaryen finds the module in need of more.
 */
export function assemble(text: string, used?: readonly FeatureId[]): Uint8Array {
  const module = binaryen.parseText(text)
  try {
    module.setFeatures(used === undefined ? everything : flagBits(binaryenFlags(used).slice(1)))
    if (!module.validate()) throw new Error('Binaryen finds the module invalid')
    return module.emitBinary()
  } finally {
    module.dispose()
  }
}

/** Does Binaryen read the module and find it valid when these `--enable-…` flags are given and no others? */
export function binaryenAccepts(bytes: Uint8Array, flags: readonly string[]): boolean {
  let module: binaryen.Module | undefined
  try {
    module = (binaryen.readBinary as (data: Uint8Array, features: number) => binaryen.Module)(bytes, flagBits(flags))
    return module.validate() === 1
  } catch {
    return false
  } finally {
    module?.dispose()
  }
}
