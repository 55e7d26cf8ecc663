import type { Rule } from '../../../core/format.ts'
import type { WasmDetail } from '../detail.ts'
import type { WasmModule } from '../read/module.ts'

/** A run shorter than what a segment of its own costs is not worth a split. */
const shortest = 64
/** Less is noise. */
const worthTelling = 4096

export const zeroData: Rule<WasmDetail> = {
  id: 'wasm/zero-data',
  help: 'Memory begins as zeros. Long runs of zeros in active data segments say again what is so.',
  *check({ detail, path }) {
    const bytes = detail.modules.reduce((sum, module) => sum + zerosOf(module), 0)
    if (bytes < worthTelling) return
    yield {
      severity: 'info',
      message: `${bytes} bytes of data are runs of zeros`,
      advice: 'Run wasm-opt over the module (--memory-packing); it matters for the raw size, hardly for the compressed one',
      data: { bytes },
      location: { path },
      wastedBytes: bytes,
      fix: { transform: 'wasm/optimize' },
    }
  },
}

/** Bytes in runs of zeros, of segments that are written into a memory which the module itself makes. */
function zerosOf({ bytes, data, memories }: WasmModule): number {
  let total = 0
  for (const { mode, memory, contents } of data) {
    if (mode !== 'active' || memories[memory!]!.imported) continue
    let run = 0
    for (let at = contents.start; at < contents.end; at++) {
      if (bytes[at] === 0) {
        run++
        continue
      }
      if (run >= shortest) total += run
      run = 0
    }
    if (run >= shortest) total += run
  }
  return total
}
