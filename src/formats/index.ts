import type { Format } from '../core/format.ts'
import { elf } from './elf/index.ts'
import { js } from './js/index.ts'
import { wasm } from './wasm/index.ts'

/** Every format, in the order in which they are asked whether a file is theirs. */
export const formats: readonly Format[] = [elf, wasm, js]
