import type { Format } from '../../core/format.ts'
import { buildSizeMap } from '../../core/size-map.ts'

/** ECMAScript modules and scripts. */
export const js: Format = {
  id: 'js',
  recognizes: (path) => /\.[cm]?js$/.test(path),
  async analyze(artifact) {
    return {
      format: 'js',
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
