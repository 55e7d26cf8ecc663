import type { Rule } from '../../../core/format.ts'
import type { WasmDetail } from '../detail.ts'

export const relocatableObject: Rule<WasmDetail> = {
  id: 'wasm/relocatable-object',
  help: 'A module with a linking section is input of a linker (a .o file). It cannot be instantiated by itself.',
  *check({ detail, path }) {
    if (!detail.modules.some(({ sections }) => sections.some(({ customName }) => customName === 'linking'))) return
    yield {
      severity: 'warning',
      message: 'it is an object file: it was never linked',
      advice: 'Link it (wasm-ld), or leave it out of what is deployed',
      location: { path },
    }
  },
}
