import type { Section } from '../../read/elf-file.ts'
import type { MemoryImage } from './memory-image.ts'

interface Read {
  readonly image: MemoryImage
}

/** What the loader calls: DT_INIT, DT_PREINIT_ARRAY, DT_INIT_ARRAY and their relatives at the end, by section. */
export function* initializers(program: Read): Iterable<number> {
  for (const section of program.image.file.sections) {
    if (section.name === '.init' || section.name === '.fini') yield Number(section.sh_addr)
    if (/^\.(?:preinit_array|init_array|fini_array|ctors)/.test(section.name)) yield* pointersIn(program, section)
  }
}

/** Where arrays of initializers begin and end. */
export function initializerArrays({ image }: Read): { start: number; end: number }[] {
  const arrays = image.file.sections.filter(({ name }) => /^\.(?:preinit|init|fini)_array/.test(name))
  return arrays.map(({ sh_addr, sh_size }) => ({ start: Number(sh_addr), end: Number(sh_addr) + sh_size }))
}

/**
 * What runs before all others, of all files (gABI, Initialization and Termination Functions): the one entry of
 * DT_PREINIT_ARRAY. There, static glibc switches the elision of locks off.
 */
export function firstInitializer(program: Read): number | undefined {
  for (const section of program.image.file.sections) {
    if (section.name !== '.preinit_array') continue
    const [first, ...others] = pointersIn(program, section)
    return others.length === 0 ? first : undefined
  }
  return undefined
}

function* pointersIn({ image }: Read, section: Section): Iterable<number> {
  const size = Math.min(section.sh_size, image.file.bytes.length)
  for (let offset = 0; offset + 8 <= size; offset += 8) {
    const slot = image.slots.get(Number(section.sh_addr) + offset)
    if (slot?.address !== undefined) yield slot.address
    else if (image.positionDependent && section.sh_offset + offset + 8 <= image.file.bytes.length) {
      yield image.view.getUint32(section.sh_offset + offset, true)
    }
  }
}
