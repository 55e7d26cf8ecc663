import type { Rule } from '../../../core/format.ts'
import type { WasmDetail } from '../detail.ts'

/** Workers, Fastly and edge functions give an isolate 128 MB in all; see the targets' limits. */
const isolate = 128 * 1024 * 1024

export const largeInitialMemory: Rule<WasmDetail> = {
  id: 'wasm/large-initial-memory',
  help: 'The initial memory is there from the first moment. Isolates of edge platforms have 128 MB for everything: code, the JavaScript heap and this.',
  *check({ detail, path }) {
    const bytes = detail.modules
      .flatMap(({ memories }) => memories)
      .reduce((sum, { minimum, pageSize }) => sum + minimum * pageSize, 0)
    if (bytes < isolate) return
    yield {
      severity: 'warning',
      message: `it starts with ${Math.round(bytes / 1024 / 1024)} MiB of memory, which an isolate of 128 MB cannot give`,
      advice: 'Lower the initial memory and let it grow (Emscripten: -sINITIAL_MEMORY, -sALLOW_MEMORY_GROWTH)',
      data: { initialBytes: bytes },
      location: { path },
    }
  },
}
