import type { Format } from '../../core/format.ts'
import { buildSizeMap } from '../../core/size-map.ts'

/** WebAssembly modules and components. */
export const wasm: Format = {
  id: 'wasm',
  recognizes: (_path, head) =>
    head.length >= 4 && head[0] === 0x00 && head[1] === 0x61 && head[2] === 0x73 && head[3] === 0x6d,
  async analyze(artifact) {
    return {
      format: 'wasm',
      path: artifact.path,
      byteLength: artifact.bytes.byteLength,
      architecture: null,
      sizes: buildSizeMap(artifact.bytes.byteLength, []),
      properties: {},
      requirements: [],
      detail: undefined,
    }
  },
  rules: [],
  transforms: [],
  verify: () => [],
}
