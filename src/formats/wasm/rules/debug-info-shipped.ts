import type { Rule } from '../../../core/format.ts'
import type { WasmDetail } from '../detail.ts'
import { bytesOfKind } from '../read/custom/custom-kind.ts'

export const debugInfoShipped: Rule<WasmDetail> = {
  id: 'wasm/debug-info-shipped',
  help: 'DWARF sections (.debug_*) serve debuggers only, and are commonly larger than the code they describe. They also keep wasm-opt from doing much of its work.',
  *check({ detail, path }) {
    const bytes = detail.modules.reduce((sum, module) => sum + bytesOfKind(module, 'dwarf'), 0)
    if (bytes === 0) return
    yield {
      severity: 'warning',
      message: `${bytes} bytes of DWARF debug information are shipped`,
      advice: 'Remove it, or split it into a file of its own (external_debug_info)',
      data: { bytes },
      location: { path },
      wastedBytes: bytes,
      fix: { transform: 'wasm/strip' },
    }
  },
}
