import type { KnownFormat } from '../core/format.ts'
import { recognizesElf } from './elf/recognizes.ts'
import { recognizesJs } from './js/recognizes.ts'
import { recognizesWasm } from './wasm/recognizes.ts'

/** Every format, in the order in which they are asked whether a file is theirs. The code of each is loaded on its first file. */
export const formats: readonly KnownFormat[] = [
  { id: 'elf', recognizes: recognizesElf, load: async () => (await import('./elf/index.ts')).elf },
  { id: 'wasm', recognizes: recognizesWasm, load: async () => (await import('./wasm/index.ts')).wasm },
  { id: 'js', recognizes: recognizesJs, load: async () => (await import('./js/index.ts')).js },
]
