import type { Rule } from '../../../core/format.ts'
import type { WasmDetail } from '../detail.ts'

/** Less is noise. */
const worthTelling = 256

export const paddedIntegers: Rule<WasmDetail> = {
  id: 'wasm/padded-integers',
  help: 'Linkers write indices in five bytes so that they can patch them. A module that still has them went through no optimizer after linking.',
  *check({ detail, path }) {
    const bytes = (detail.graphs ?? []).reduce((sum, { paddingBytes }) => sum + paddingBytes, 0)
    if (bytes < worthTelling) return
    yield {
      severity: 'warning',
      message: `${bytes} bytes pad indices that linkers wrote in five bytes: no optimizer has seen this module`,
      advice: 'Run wasm-opt over it, or link with optimization (wasm-ld -O2 writes them short)',
      data: { bytes },
      location: { path },
      wastedBytes: bytes,
      fix: { transform: 'wasm/optimize' },
    }
  },
}
