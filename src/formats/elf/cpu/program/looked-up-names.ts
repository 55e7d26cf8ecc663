import { SHT } from '../../constants.ts'
import type { MemoryImage } from './memory-image.ts'

/** Functions that look up others by name. */
const lookups = ['dlsym', 'dlvsym', 'g_module_symbol', 'lt_dlsym']

/** Bytes that are searched, over all names. */
const MOST_SEARCHED = 2 ** 26

/** Tells which names of a program's own exports stand in its data, as text: it looks them up (`dlsym(RTLD_DEFAULT, "plugin_run")`). */
export class LookedUpNames {
  readonly #ranges: readonly Buffer[]
  #left = MOST_SEARCHED

  constructor({ data, file, imports }: MemoryImage) {
    // where the names of symbols themselves stand
    const tables = new Set(file.sections.filter(({ sh_type }) => sh_type === SHT.STRTAB).map(({ sh_addr }) => Number(sh_addr)))
    const isAsked = file.sections.length > 0 && lookups.some((name) => imports.has(name))
    const { bytes } = file
    this.#ranges = data.flatMap(({ address, end, offset }) => (!isAsked || offset === undefined || tables.has(address) ? [] : [Buffer.from(bytes.buffer, bytes.byteOffset + offset, end - address)]))
  }

  has(name: string): boolean {
    if (this.#ranges.length === 0 || this.#left <= 0) return false
    const text = Buffer.from(`${name}\0`, 'latin1')
    return this.#ranges.some((range) => {
      for (let at = range.indexOf(text); at >= 0; at = range.indexOf(text, at + 1)) if (at === 0 || range[at - 1] === 0) return true
      this.#left -= range.length
      return false
    })
  }
}
