import type { Format } from '../../core/format.ts'
import { buildSizeMap } from '../../core/size-map.ts'

/** Executables, shared objects, addons and object files in the Executable and Linkable Format (gABI). */
export const elf: Format = {
  id: 'elf',
  recognizes: (_path, head) =>
    head.length >= 4 && head[0] === 0x7f && head[1] === 0x45 && head[2] === 0x4c && head[3] === 0x46,
  async analyze(artifact) {
    return {
      format: 'elf',
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
