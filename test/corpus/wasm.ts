import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findInlineWasm } from '../../src/bytes/base64-wasm.ts'
import { fetchPackage } from './fetch.ts'
import type { PinnedPackage } from './packages.ts'

/** A module of a published package. */
export interface CorpusModule {
  readonly id: string
  readonly package: PinnedPackage
  /** In the package; with `inline`, a JavaScript file that holds the module as base64. */
  readonly path: string
  readonly inline?: true
  readonly byteLength: number
  /** First twelve digits. */
  readonly sha256: string
}

const packages = {
  '@ast-grep/wasm@0.45.3': {
    name: '@ast-grep/wasm',
    version: '0.45.3',
    integrity: 'sha512-4LZlce9A3IJ1eYrfg0oVZEJxKGPkOh6TYgaOpKARPXDjSO659BJe6U+eSUR/oVpVl/yX8nQqQXByOSQQW13W4w==',
  },
  '@astrojs/compiler@4.0.0': {
    name: '@astrojs/compiler',
    version: '4.0.0',
    integrity: 'sha512-eouss7G8ygdZqHuke033VMcVw5HTZUu+PXd/h06DGDUg/jt5btPYPqh66ENWw/mU78rBrf/oeC4oqoBwMtDMNA==',
  },
  '@babylonjs/havok@1.3.14': {
    name: '@babylonjs/havok',
    version: '1.3.14',
    integrity: 'sha512-+j2FDwLtkh5Gb//KizE8Ks3GIB/3vH8Yx9cQsMvZQpsKkH5gn089wIlJ9Yt8dJxbwBmWKGpMTIXxZE7YdOHUnQ==',
  },
  '@biomejs/wasm-web@2.4.15': {
    name: '@biomejs/wasm-web',
    version: '2.4.15',
    integrity: 'sha512-BObH/ErWb9l3t7jWtM0pl0UtyRzuyKTAYMW9AjmVAF2qJvxNoFmHm90lpLcF+YUhKny3PECdBtUnt77sx25TPw==',
  },
  '@bytecodealliance/componentize-js@0.23.0': {
    name: '@bytecodealliance/componentize-js',
    version: '0.23.0',
    integrity: 'sha512-Qc2+lrwJHU7lq4CBMyVVYE8ASyUFeegMYdRnMVG0wNpNiATzGDF/mWpjDNTeVZeT8L9chhK3vuLaQE9FVANvfw==',
  },
  '@bytecodealliance/jco-transpile@0.15.0': {
    name: '@bytecodealliance/jco-transpile',
    version: '0.15.0',
    integrity: 'sha512-MFftJ81B9TtHbvgCRZQod3jfgl62YvJszxsNdfx9IVNewxlX9q7U4Wd+w6gJzw+o9IjEGWoyg/BFpb/RnaJvlA==',
  },
  '@bytecodealliance/jco@1.35.0': {
    name: '@bytecodealliance/jco',
    version: '1.35.0',
    integrity: 'sha512-O53cWIMm/M1SpwLxKRicvAMDnzWf4zWs6I6qFZIGbn3HUovDMCCe9blkGxxYuyocHjVf/cXgNmlMu/x7Tyi77A==',
  },
  '@dimforge/rapier3d@0.21.0': {
    name: '@dimforge/rapier3d',
    version: '0.21.0',
    integrity: 'sha512-wpyT3jc6otNV5LPTomj7A85VTI2QKZl/vCnhFwuOSMWoopZqxCgWLt/jCQUUugcIQmLI/pD5aAuswtUc5owo+w==',
  },
  '@duckdb/duckdb-wasm@1.32.0': {
    name: '@duckdb/duckdb-wasm',
    version: '1.32.0',
    integrity: 'sha512-IewXTNYEjsZCPE9weUWgtjGxUlMRo7qhX0GF6tq/KjK8bnY+RAl4cyUdYUfcdzbyb4b9ZxPC+FOsCcxgaKFWMg==',
  },
  '@electric-sql/pglite@0.5.16': {
    name: '@electric-sql/pglite',
    version: '0.5.16',
    integrity: 'sha512-Nj8KcIsJL748W408U2N8q4+9IlONdpRIU8MJypIAAINMJ5nqKyqpX7Mgg/5XKkXiAib3AoZGR6hnJFlrlLBrcg==',
  },
  '@ffmpeg/core@0.12.10': {
    name: '@ffmpeg/core',
    version: '0.12.10',
    integrity: 'sha512-dzNplnn2Nxle2c2i2rrDhqcB19q9cglCkWnoMTDN9Q9l3PvdjZWd1HfSPjCNWc/p8Q3CT+Es9fWOR0UhAeYQZA==',
  },
  '@img/sharp-wasm32@0.35.5': {
    name: '@img/sharp-wasm32',
    version: '0.35.5',
    integrity: 'sha512-Ptsga1su4tQx+LLF1ECS9U6nz5kmrXKo6XVbtR48Ke3ZRxxgaWBu7IDtEe1quo8hiupwm6WFqxVlXaSf7IINGQ==',
  },
  '@jitl/quickjs-wasmfile-release-sync@0.32.0': {
    name: '@jitl/quickjs-wasmfile-release-sync',
    version: '0.32.0',
    integrity: 'sha512-BKNDI/TPBfGlLNGYpLrhcDGXmIk4xHm4MRAisOBnOzpXVn9HZWsfmMAc9WMBrAHjvvds6HOikKeaOBKdPdpVrg==',
  },
  '@jsquash/avif@2.1.1': {
    name: '@jsquash/avif',
    version: '2.1.1',
    integrity: 'sha512-LMRxd0fMgfCLtobDh0/sFYJMMiRJTNYSEEWvRDKXlAeZ08t3gI5V+1thIT0XjXJ+SVG7Zug9B0XPyx0Ti5VRNA==',
  },
  '@jsquash/oxipng@2.3.0': {
    name: '@jsquash/oxipng',
    version: '2.3.0',
    integrity: 'sha512-aQ8wiEp6ztlTMXc+RMt/CG8crU3mEHDU+h+JYkIi6ctMhlh8+Ltj5XwQFfBuyzKYrp8NxaFW80Dp824bqjr+zA==',
  },
  '@jsquash/webp@1.5.0': {
    name: '@jsquash/webp',
    version: '1.5.0',
    integrity: 'sha512-KggLoj2MnRSfIqTeKe1EmbljTX2vuV7mh79k89PCL1pyqiDULcPM1L47twxXt0hkb68F70bXiL31MxsuoZtKFw==',
  },
  '@resvg/resvg-wasm@2.6.2': {
    name: '@resvg/resvg-wasm',
    version: '2.6.2',
    integrity: 'sha512-FqALmHI8D4o6lk/LRWDnhw95z5eO+eAa6ORjVg09YRR7BkcM6oPHU9uyC0gtQG5vpFLvgpeU4+zEAz2H8APHNw==',
  },
  '@rolldown/binding-wasm32-wasi@1.2.19': {
    name: '@rolldown/binding-wasm32-wasi',
    version: '1.2.19',
    integrity: 'sha512-7EH+skOsl5qpWnK0vzamgJFhOv1cwxQpsxm8tI883K9fur5c27p8q87fzEO6BbBPabA2/+s/zR63/pLc137iOg==',
  },
  '@rollup/wasm-node@4.68.4': {
    name: '@rollup/wasm-node',
    version: '4.68.4',
    integrity: 'sha512-srqYEUEX0/yC9zvIaBHrIwj9z3WlaeTxrY+8h4RgsORpnZBTcWnEO+bI3u9fE2CljN9TRaKKjtrQ0IWiCF2ECA==',
  },
  '@ruby/3.4-wasm-wasi@2.10.1': {
    name: '@ruby/3.4-wasm-wasi',
    version: '2.10.1',
    integrity: 'sha512-qrzIJ/7TGSpsZpFyLJb9OXO6TYAq18XoLd11We17Sr78hWpb5IGGFgMQ9A2Y8Ww5n0k8uKA/I8/P8MJdzlJX0Q==',
  },
  '@sqlite.org/sqlite-wasm@3.41.2+build.1': {
    name: '@sqlite.org/sqlite-wasm',
    version: '3.41.2+build.1',
    integrity: 'sha512-elKOYvLMzDDvKH28TF++iGPfqmsBBZG8iSCNo8lBSboSLCe+PBn3zwPO5NJRg9vojjMXVoRiifmBZ0IBdVBKjg==',
  },
  '@swc/wasm-typescript@1.16.2': {
    name: '@swc/wasm-typescript',
    version: '1.16.2',
    integrity: 'sha512-ll8qaJBPyBNYRZ3MyRBB7KwM/BEWsxiNPSeX34wtFvRrWFO8wHgn1xoQbEp6Zoe3Um+rbd6Jtsb8Xhn96hiz2g==',
  },
  '@wasm-fmt/clang-format@23.1.0': {
    name: '@wasm-fmt/clang-format',
    version: '23.1.0',
    integrity: 'sha512-Mjb0KPghsr+HH+GL42EvlEB1OcNZLUqlS5J/97kMuIhu703OYcrFm+r1kMxXuaufhvQgAHtxCouxNZXFqpIynQ==',
  },
  '@wasm-fmt/dart_fmt@0.4.0': {
    name: '@wasm-fmt/dart_fmt',
    version: '0.4.0',
    integrity: 'sha512-7Klw5dN/5Fm5izI/GWIdKGFCzb/rz87GidjbkOgXqTVjrZhRSStUldae3LiMQg6nNkVwtEo6tvQ5mus/kPpmZw==',
  },
  '@wasm-fmt/gofmt@0.7.3': {
    name: '@wasm-fmt/gofmt',
    version: '0.7.3',
    integrity: 'sha512-nzVTwMxHDOYrHonT7DzjqicbaTYOYPNYeXKPJnDrVUbJjx67Sg/LS1uzlOTWKToGMF8Y8l0u7G5/5Q3/8nHMMA==',
  },
  '@wasm-fmt/ruff_fmt@0.15.20': {
    name: '@wasm-fmt/ruff_fmt',
    version: '0.15.20',
    integrity: 'sha512-PYij4wTiDSTx6MyBGHSY0nWDjSiTbOB3moPJiZTBL8F0JZLEfHAi4lYAn9SC9Hzm8tVeTnL7Qyf1iPW0TKHVEg==',
  },
  '@wasm-fmt/zig_fmt@0.15.2': {
    name: '@wasm-fmt/zig_fmt',
    version: '0.15.2',
    integrity: 'sha512-8HA5uiAnnyphJBIbZK6RqVM9LFRKzBcEwU4TR8UdaTI6veUQd6JCjM5N9BMGkaic7nZqXwGJnB+Z4C2lgf6O+Q==',
  },
  'blake3-wasm@3.0.0': {
    name: 'blake3-wasm',
    version: '3.0.0',
    integrity: 'sha512-X410nN2AIX6k8gHQmXruQ9YV3U8fe7ZrfLMp88qBcGx5oEIGzz305HvquXoSTPdaR74EA99KHBTb8El9q0vjqQ==',
  },
  'canvaskit-wasm@0.42.0': {
    name: 'canvaskit-wasm',
    version: '0.42.0',
    integrity: 'sha512-N3ikotmzYwDVAcpQKDMptBT2P5pIEWS9ywdmrQA2awwaMF9cxKEFuxZZHv9ay1Em9kDjxDsPtwUzDm1uNj136g==',
  },
  'draco3d@1.5.9': {
    name: 'draco3d',
    version: '1.5.9',
    integrity: 'sha512-MqC0eAfW5gPATGY3GABIyFWpHwdDGAyewTdek5R/e+mhI9ZDUMKb2mTDkTMUW0+Vm7an+ThEMUop3+svS72Uug==',
  },
  'es-module-lexer@3.0.5': {
    name: 'es-module-lexer',
    version: '3.0.5',
    integrity: 'sha512-RNq2lKJw53c7z9QRHeiKeA6Ez0oikOqiBGdmxQhKDxEiOX1g5QJR4IoFVwicn8uCZcRWNrXC3NZaJihgK7aEbg==',
  },
  'esbuild-wasm@0.28.2': {
    name: 'esbuild-wasm',
    version: '0.28.2',
    integrity: 'sha512-GccVwhv3mmOUVQHCQm2Ox/rby8n/EqUwvZxE6Pjfikrq/lWw9g9WX/u9EykWnpot3Ko6j426DgQdea2xWKIAQA==',
  },
  'iced-x86@1.21.0': {
    name: 'iced-x86',
    version: '1.21.0',
    integrity: 'sha512-zHK5/RREJbD7N2BfbeiHJciHbZKCSwI5c34wASV9/B8vNe+mjOzqK8RIabhMLmqHv3L6UvuFDlpdS/dqleQyeA==',
  },
  'libheif-js@1.23.2': {
    name: 'libheif-js',
    version: '1.23.2',
    integrity: 'sha512-qvHIXtggEsw1lCNCWBYKloL2Z36DJBm0R9ThGiH2JnhKYdeZFLPFkP30Lw4yMskxxhx0bKg1gLrBHX1D2w2pSw==',
  },
  'lightningcss-wasm@1.33.0': {
    name: 'lightningcss-wasm',
    version: '1.33.0',
    integrity: 'sha512-OLAtqEyInBSVWjPrTjpLzcZUMUHO0q+2PFBXKr86nxZOu0P38givj/ZMtRaZ0d38pMTb9wQx+LtaLtHclv+sEA==',
  },
  'manifold-3d@3.5.4': {
    name: 'manifold-3d',
    version: '3.5.4',
    integrity: 'sha512-WWsme5HabwLHVcWPHT9m+s7mdmDVSEvCny+uXH1E7jEc8FbFUgM75C3Dh6NVw57Eeh3Ow7+xHCuXfxDMOemi9A==',
  },
  'onnxruntime-web@1.30.0': {
    name: 'onnxruntime-web',
    version: '1.30.0',
    integrity: 'sha512-q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ==',
  },
  'pyodide@314.0.7': {
    name: 'pyodide',
    version: '314.0.7',
    integrity: 'sha512-0YvXxEhfEdpLfb/XkM2BFAeMROq0iMUX2bzzH9pOttyMcWkwq+HbE5uyuGD82LN7y2q+SNvi/6V5JEsOlD2R1A==',
  },
  'rabin-wasm@0.1.5': {
    name: 'rabin-wasm',
    version: '0.1.5',
    integrity: 'sha512-uWgQTo7pim1Rnj5TuWcCewRDTf0PEFTSlaUjWP4eY9EbLV9em08v89oCz/WO+wRxpYuO36XEHp4wgYQnAgOHzA==',
  },
  'source-map@0.8.0': {
    name: 'source-map',
    version: '0.8.0',
    integrity: 'sha512-d8EqvL+k/SOXCreS/SUzg2ciyHqBBLcN/yuRjFsbvVhHTE2pgei7oAhmPM7kWFbkX6OSMQfUq4KbkF3au9lhYQ==',
  },
  'sql.js@1.16.0': {
    name: 'sql.js',
    version: '1.16.0',
    integrity: 'sha512-q/JOZuJfmVh8Zf8Eo+cMJvtxAWeWBqTfJ6AQYGXZmcaLGHMwhA2niH3fQYHrBtPeOss1ttzHec07K5+rHaMRMw==',
  },
  'tiktoken@1.0.22': {
    name: 'tiktoken',
    version: '1.0.22',
    integrity: 'sha512-PKvy1rVF1RibfF3JlXBSP0Jrcw2uq3yXdgcEXtKTYn3QJ/cBRBHDnrJ5jHky+MENZ6DIPwNUGWpkVx+7joCpNA==',
  },
  'tree-sitter-rust@0.24.0': {
    name: 'tree-sitter-rust',
    version: '0.24.0',
    integrity: 'sha512-NWemUDf629Tfc90Y0Z55zuwPCAHkLxWnMf2RznYu4iBkkrQl2o/CHGB7Cr52TyN5F1DAx8FmUnDtCy9iUkXZEQ==',
  },
  'undici@7.30.2': {
    name: 'undici',
    version: '7.30.2',
    integrity: 'sha512-mLyPQnHwUxaM/rideoK/+KL8DaAJLRl4aBCfmX444aCSLnIaomqPLtNRe2jdCYcsk5wZzXrDIQC8ZeYNRAYyIA==',
  },
  'vscode-oniguruma@2.0.1': {
    name: 'vscode-oniguruma',
    version: '2.0.1',
    integrity: 'sha512-poJU8iHIWnC3vgphJnrLZyI3YdqRlR27xzqDmpPXYzA93R4Gk8z7T6oqDzDoHjoikA2aS82crdXFkjELCdJsjQ==',
  },
  'wasmoon@1.16.0': {
    name: 'wasmoon',
    version: '1.16.0',
    integrity: 'sha512-FlRLb15WwAOz1A9OQDbf6oOKKSiefi5VK0ZRF2wgH9xk3o5SnU11tNPaOnQuAh1Ucr66cwwvVXaeVRaFdRBt5g==',
  },
  'web-tree-sitter@0.27.1': {
    name: 'web-tree-sitter',
    version: '0.27.1',
    integrity: 'sha512-qtx0VyUyNRHtL3ze7+v0hCKB/sLcAmY7ZAVp/ZK/bCj0yED8ptvNrr7Vd7DwDyKDWN9baqcUx4uaD2r2ql+6IA==',
  },
  'yoga-layout@3.2.1': {
    name: 'yoga-layout',
    version: '3.2.1',
    integrity: 'sha512-0LPOt3AxKqMdFBZA3HBAt/t/8vIKq7VaQYbuA8WxCgung+p9TVyKRYdpvCb80HcdTN2NkbIKbhNwKUfm3tQywQ==',
  },
} as const satisfies Record<string, PinnedPackage>

/** 57 modules of every toolchain that matters on npm, from 5 KB to 49 MB. */
export const wasmCorpus: readonly CorpusModule[] = [
  { id: 'oniguruma', package: packages['vscode-oniguruma@2.0.1'], path: 'release/onig.wasm', byteLength: 473151, sha256: '76ebc1f0d87b' },
  { id: 'es-module-lexer', package: packages['es-module-lexer@3.0.5'], path: 'dist/lexer.js', inline: true, byteLength: 29953, sha256: '08682f96522b' },
  { id: 'llhttp', package: packages['undici@7.30.2'], path: 'lib/llhttp/llhttp-wasm.js', inline: true, byteLength: 54013, sha256: '57184a16144b' },
  { id: 'rabin-AS', package: packages['rabin-wasm@0.1.5'], path: 'dist/rabin.wasm', byteLength: 5411, sha256: 'ec0c77d686a3' },
  { id: 'blake3', package: packages['blake3-wasm@3.0.0'], path: 'dist/wasm/blake3.wasm', byteLength: 43943, sha256: '7bc38ed8b469' },
  { id: 'source-map', package: packages['source-map@0.8.0'], path: 'lib/mappings.wasm', byteLength: 48526, sha256: '37cefcf2a41e' },
  { id: 'jco-p1-command', package: packages['@bytecodealliance/jco@1.35.0'], path: 'lib/wasi_snapshot_preview1.command.wasm', byteLength: 51826, sha256: '2a652d711c1f' },
  { id: 'yoga', package: packages['yoga-layout@3.2.1'], path: 'dist/binaries/yoga-wasm-base64-esm.js', inline: true, byteLength: 71736, sha256: '7ba9c9483c8c' },
  { id: 'zigfmt', package: packages['@wasm-fmt/zig_fmt@0.15.2'], path: 'zig_fmt.wasm', byteLength: 133150, sha256: 'a2abf9533d0b' },
  { id: 'webp-enc', package: packages['@jsquash/webp@1.5.0'], path: 'codec/enc/webp_enc.wasm', byteLength: 281261, sha256: 'b6085bb6702f' },
  { id: 'webp-enc-simd', package: packages['@jsquash/webp@1.5.0'], path: 'codec/enc/webp_enc_simd.wasm', byteLength: 345584, sha256: '39c279269ec1' },
  { id: 'oxipng', package: packages['@jsquash/oxipng@2.3.0'], path: 'codec/pkg/squoosh_oxipng_bg.wasm', byteLength: 164172, sha256: '5ea3e53c0b4f' },
  { id: 'oxipng-mt', package: packages['@jsquash/oxipng@2.3.0'], path: 'codec/pkg-parallel/squoosh_oxipng_bg.wasm', byteLength: 236042, sha256: '2f579c4be8d8' },
  { id: 'tree-sitter', package: packages['web-tree-sitter@0.27.1'], path: 'web-tree-sitter.wasm', byteLength: 210415, sha256: 'beca80e44ccc' },
  { id: 'tree-sitter-dbg', package: packages['web-tree-sitter@0.27.1'], path: 'debug/web-tree-sitter.wasm', byteLength: 841293, sha256: '5a58fe601c3e' },
  { id: 'tree-sitter-rust', package: packages['tree-sitter-rust@0.24.0'], path: 'tree-sitter-rust.wasm', byteLength: 1102547, sha256: 'f65f35421561' },
  { id: 'gofmt-tinygo', package: packages['@wasm-fmt/gofmt@0.7.3'], path: 'gofmt.wasm', byteLength: 272188, sha256: '24da2e1b76c0' },
  { id: 'wasmoon-lua', package: packages['wasmoon@1.16.0'], path: 'dist/glue.wasm', byteLength: 271581, sha256: '95f3f19ddb74' },
  { id: 'draco-dec', package: packages['draco3d@1.5.9'], path: 'draco_decoder.wasm', byteLength: 272672, sha256: '385c0b1853b7' },
  { id: 'quickjs', package: packages['@jitl/quickjs-wasmfile-release-sync@0.32.0'], path: 'dist/emscripten-module.wasm', byteLength: 503134, sha256: '105c3bed22d4' },
  { id: 'manifold', package: packages['manifold-3d@3.5.4'], path: 'manifold.wasm', byteLength: 541470, sha256: '73e3b419ad31' },
  { id: 'rollup', package: packages['@rollup/wasm-node@4.68.4'], path: 'dist/wasm-node/bindings_wasm_bg.wasm', byteLength: 588902, sha256: 'bd6cbba6ec4c' },
  { id: 'sql.js', package: packages['sql.js@1.16.0'], path: 'dist/sql-wasm.wasm', byteLength: 688197, sha256: '43bbcdd44287' },
  { id: 'sqlite3', package: packages['@sqlite.org/sqlite-wasm@3.41.2+build.1'], path: 'sqlite-wasm/jswasm/sqlite3.wasm', byteLength: 866600, sha256: '2d34bf927998' },
  { id: 'iced-x86', package: packages['iced-x86@1.21.0'], path: 'iced_x86_bg.wasm', byteLength: 784176, sha256: 'e6b572689d32' },
  { id: 'dartfmt-gc', package: packages['@wasm-fmt/dart_fmt@0.4.0'], path: 'dart_fmt.wasm', byteLength: 795533, sha256: '7696d936c7f5' },
  { id: 'dartfmt-gc-unopt', package: packages['@wasm-fmt/dart_fmt@0.4.0'], path: 'dart_fmt.unopt.wasm', byteLength: 2558139, sha256: '0290cb776ff1' },
  { id: 'tiktoken-lite', package: packages['tiktoken@1.0.22'], path: 'lite/tiktoken_bg.wasm', byteLength: 1073364, sha256: '870fa4e0d8fe' },
  { id: 'avif-dec', package: packages['@jsquash/avif@2.1.1'], path: 'codec/dec/avif_dec.wasm', byteLength: 1170930, sha256: '5c35dde23dfd' },
  { id: 'ruff-fmt', package: packages['@wasm-fmt/ruff_fmt@0.15.20'], path: 'ruff_fmt_bg.wasm', byteLength: 1215985, sha256: '675eaff95376' },
  { id: 'libheif', package: packages['libheif-js@1.23.2'], path: 'libheif-wasm/libheif.wasm', byteLength: 1422377, sha256: 'e4aa8333fbe5' },
  { id: 'ast-grep', package: packages['@ast-grep/wasm@0.45.3'], path: 'wasm_bg.wasm', byteLength: 1734280, sha256: '1e4c5bc4ce0f' },
  { id: 'havok', package: packages['@babylonjs/havok@1.3.14'], path: 'lib/esm/HavokPhysics.wasm', byteLength: 2094563, sha256: '026917766f53' },
  { id: 'wasm-tools', package: packages['@bytecodealliance/jco-transpile@0.15.0'], path: 'vendor/wasm-tools.core.wasm', byteLength: 2399288, sha256: '3fefaaa84d88' },
  { id: 'resvg', package: packages['@resvg/resvg-wasm@2.6.2'], path: 'index_bg.wasm', byteLength: 2478606, sha256: '22bf6e9f9a10' },
  { id: 'clang-format', package: packages['@wasm-fmt/clang-format@23.1.0'], path: 'clang-format.wasm', byteLength: 2573006, sha256: '2f6f296db6f8' },
  { id: 'swc-typescript', package: packages['@swc/wasm-typescript@1.16.2'], path: 'wasm.js', inline: true, byteLength: 2768999, sha256: '8d58b4dd3dc9' },
  { id: 'rapier3d', package: packages['@dimforge/rapier3d@0.21.0'], path: 'rapier_wasm3d_bg.wasm', byteLength: 3082103, sha256: '17cfa80eebd8' },
  { id: 'avif-enc', package: packages['@jsquash/avif@2.1.1'], path: 'codec/enc/avif_enc.wasm', byteLength: 3485872, sha256: 'd9f2a9516436' },
  { id: 'splicer', package: packages['@bytecodealliance/componentize-js@0.23.0'], path: 'lib/spidermonkey-embedding-splicer.core.wasm', byteLength: 5708611, sha256: '6190193dbfef' },
  { id: 'astro-go', package: packages['@astrojs/compiler@4.0.0'], path: 'dist/astro.wasm', byteLength: 5166912, sha256: 'a4ed5ef260d4' },
  { id: 'canvaskit', package: packages['canvaskit-wasm@0.42.0'], path: 'bin/canvaskit.wasm', byteLength: 7317345, sha256: '25ebed8e6015' },
  { id: 'canvaskit-prof', package: packages['canvaskit-wasm@0.42.0'], path: 'bin/profiling/canvaskit.wasm', byteLength: 9589139, sha256: '2b49b51704b3' },
  { id: 'pglite', package: packages['@electric-sql/pglite@0.5.16'], path: 'dist/pglite.wasm', byteLength: 9086480, sha256: '5256d9ac379f' },
  { id: 'sharp', package: packages['@img/sharp-wasm32@0.35.5'], path: 'lib/sharp-wasm32-0.35.5.node.wasm', byteLength: 9150351, sha256: '22f22b41516f' },
  { id: 'pyodide', package: packages['pyodide@314.0.7'], path: 'pyodide.asm.wasm', byteLength: 9598218, sha256: 'cc36e3cab04f' },
  { id: 'starlingmonkey', package: packages['@bytecodealliance/componentize-js@0.23.0'], path: 'lib/starlingmonkey_embedding.wasm', byteLength: 10520737, sha256: '6094cd93d966' },
  { id: 'starlingmonkey-dbg', package: packages['@bytecodealliance/componentize-js@0.23.0'], path: 'lib/starlingmonkey_embedding.debug.wasm', byteLength: 13013590, sha256: '7f6ecf9ba3e9' },
  { id: 'rolldown', package: packages['@rolldown/binding-wasm32-wasi@1.2.19'], path: 'rolldown-binding.wasm32-wasi.wasm', byteLength: 12090756, sha256: '82e71587d573' },
  { id: 'esbuild-go', package: packages['esbuild-wasm@0.28.2'], path: 'esbuild.wasm', byteLength: 13978850, sha256: 'b1831a5c0f6c' },
  { id: 'onnxruntime', package: packages['onnxruntime-web@1.30.0'], path: 'dist/ort-wasm-simd-threaded.wasm', byteLength: 14239897, sha256: '3398c10d07d2' },
  { id: 'lightningcss', package: packages['lightningcss-wasm@1.33.0'], path: 'lightningcss_node.wasm', byteLength: 15844785, sha256: '479c64bb6511' },
  { id: 'ruby', package: packages['@ruby/3.4-wasm-wasi@2.10.1'], path: 'dist/ruby.wasm', byteLength: 16655034, sha256: 'e64fa4c82cbb' },
  { id: 'ruby-debug', package: packages['@ruby/3.4-wasm-wasi@2.10.1'], path: 'dist/ruby.debug+stdlib.wasm', byteLength: 49454737, sha256: '22fe0f3bafa0' },
  { id: 'ffmpeg', package: packages['@ffmpeg/core@0.12.10'], path: 'dist/esm/ffmpeg-core.wasm', byteLength: 32232419, sha256: '9f57947a5bd5' },
  { id: 'duckdb-eh', package: packages['@duckdb/duckdb-wasm@1.32.0'], path: 'dist/duckdb-eh.wasm', byteLength: 34242586, sha256: '4c221bfa59c1' },
  { id: 'biome', package: packages['@biomejs/wasm-web@2.4.15'], path: 'biome_wasm_bg.wasm', byteLength: 34985156, sha256: '2b290bc59a3e' },
]

/** The module's bytes, fetched once; of inlined modules the largest one in the file. */
export async function readCorpusModule(module: CorpusModule): Promise<Uint8Array> {
  const file = await readFile(join(await fetchPackage(module.package), module.path))
  if (module.inline === undefined) return file
  const found = findInlineWasm(file.toString('utf8')).sort((a, b) => b.bytes.length - a.bytes.length)
  if (found[0] === undefined) throw new Error(`${module.id}: no module inside ${module.path}`)
  return found[0].bytes
}
