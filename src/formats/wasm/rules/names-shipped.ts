import type { Rule } from '../../../core/format.ts'
import type { WasmDetail } from '../detail.ts'
import { bytesOfKind } from '../read/custom/custom-kind.ts'

export const namesShipped: Rule<WasmDetail> = {
  id: 'wasm/names-shipped',
  help: 'The name section tells debuggers and stack traces what functions are called. Engines do not need it, and it is often a tenth of a module.',
  *check({ detail, path }) {
    const bytes = detail.modules.reduce((sum, module) => sum + bytesOfKind(module, 'names'), 0)
    if (bytes === 0) return
    yield {
      severity: bytes >= 4096 ? 'warning' : 'info',
      message: `${bytes} bytes of function names are shipped`,
      advice: 'Remove the name section; keep a copy of the module for reading stack traces',
      data: { bytes },
      location: { path },
      wastedBytes: bytes,
      fix: { transform: 'wasm/strip' },
    }
  },
}
