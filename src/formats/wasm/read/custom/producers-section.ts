import { MalformedError } from '../../../../core/errors.ts'
import type { Section, WasmModule } from '../module.ts'
import { WasmCursor } from '../wasm-cursor.ts'

/** One tool that a `producers` section names (tool-conventions/ProducersSection.md). */
export interface Producer {
  /** `language`, `processed-by` or `sdk`. */
  readonly field: string
  readonly name: string
  readonly version: string
}

/** Everything that took part in making the module, as it says itself; of a broken section, what could be read. */
export function readProducers(module: WasmModule): Producer[] {
  const producers: Producer[] = []
  for (const section of module.sections) {
    if (section.customName !== 'producers') continue
    try {
      readSection(module, section, producers)
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error
    }
  }
  return producers
}

function readSection(module: WasmModule, section: Section, into: Producer[]): void {
  const cursor = new WasmCursor(module.bytes, module.base, section.contents, section.end)
  const fields = cursor.u32('producers')
  for (let i = 0; i < fields; i++) {
    const field = cursor.name('producers field')
    const values = cursor.u32('producers values')
    for (let j = 0; j < values; j++) {
      into.push({ field, name: cursor.name('producer'), version: cursor.name('producer version') })
    }
  }
}
