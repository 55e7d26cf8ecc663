import type { Rule } from '../../../core/format.ts'
import type { WasmDetail } from '../detail.ts'
import { bytesOfKind } from '../read/custom/custom-kind.ts'

export const metadataShipped: Rule<WasmDetail> = {
  id: 'wasm/metadata-shipped',
  help: 'The producers and sourceMappingURL sections tell of the build: which compilers, where the source map was. Nothing reads them at run time.',
  *check({ detail, path }) {
    const producers = detail.modules.reduce((sum, module) => sum + bytesOfKind(module, 'producers'), 0)
    const sourceMap = detail.modules.reduce((sum, module) => sum + bytesOfKind(module, 'source-map'), 0)
    if (producers + sourceMap === 0) return
    yield {
      severity: 'info',
      message: `${producers + sourceMap} bytes tell how the module was built`,
      advice: 'Remove the producers and sourceMappingURL sections',
      data: { producers, sourceMap },
      location: { path },
      wastedBytes: producers + sourceMap,
      fix: { transform: 'wasm/strip' },
    }
  },
}
