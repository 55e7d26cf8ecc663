import type { MemoryImage } from '../../program/memory-image.ts'
import { Access, type Sweep, Transfer } from '../../program/sweep.ts'

/** Accesses that are kept: variables, pointers that the loader fills in, and addresses taken. */
export class AccessList {
  readonly #image: MemoryImage
  readonly #sweep: Sweep
  readonly #pages: Uint8Array
  /** Where the image lies. */
  readonly #start: number
  readonly #end: number
  /** Pointers in what is not writable: there hardly are any. */
  readonly #readOnlySlots = new Set<number>()

  constructor(image: MemoryImage, sweep: Sweep) {
    this.#image = image
    this.#sweep = sweep
    this.#pages = pagesOf(image)
    this.#start = [...image.code, ...image.data].reduce((least, { address }) => Math.min(least, address), Infinity)
    this.#end = image.code.reduce((most, { address, size }) => Math.max(most, address + size), image.data.reduce((most, { end }) => Math.max(most, end), 0))
    for (const place of image.slots.keys()) if (!this.#isWritable(place)) this.#readOnlySlots.add(place)
  }

  add(from: number, to: number, kind: number): void {
    if (kind === Access.take) {
      // strings and tables of jumps: without relocations there are no pointers in what is never written
      if (!this.#image.positionDependent && !this.#isWritable(to) && !this.#image.inCode(to) && !this.#image.inStubs(to) && !this.#leadsToData(to)) return
    } else if (!this.#isWritable(to) && (this.#readOnlySlots.size === 0 || !this.#readOnlySlots.has(to))) return
    this.#sweep.accessFrom.push(from)
    this.#sweep.accessTo.push(to)
    this.#sweep.accessKind.push(kind)
  }

  /** A number in an instruction of code for a fixed address, where that may be one: an offset or a constant is rarely that large. */
  addFixed(from: number, number: number): void {
    if (number >= this.#start && number < this.#end) this.add(from, number, Access.take)
  }

  /** May it be a list of distances of four bytes to what the loader fills in, which clang makes of a list of pointers? */
  #leadsToData(list: number): boolean {
    const range = this.#image.dataAt(list)
    if (range?.offset === undefined || list + 4 > range.end) return false
    const target = list + this.#image.view.getInt32(range.offset + list - range.address, true)
    return target % 8 === 0 && this.#isWritable(target)
  }

  #isWritable(address: number): boolean {
    const page = this.#pages[Math.floor(address / PAGE_SIZE)]
    return page === Page.mixed || page === undefined ? this.#image.dataAt(address)?.writable === true : page === Page.writable
  }
}

const PAGE_SIZE = 4096
/** Pages that are noted; a file with more in overlapping sections is up to something. */
const PAGES = 2 ** 22
const Page = { other: 0, writable: 1, mixed: 2 } as const

/** Which pages are writable as a whole, by number: most accesses can be told by that. */
function pagesOf({ data }: MemoryImage): Uint8Array {
  const end = data.reduce((most, range) => Math.max(most, range.end), 0)
  const pages = new Uint8Array(Math.ceil(Math.min(end, 2 ** 31) / PAGE_SIZE))
  const taken = new Uint8Array(pages.length)
  let noted = 0
  for (const range of data) {
    const first = Math.floor(range.address / PAGE_SIZE)
    const last = Math.floor((range.end - 1) / PAGE_SIZE)
    noted += last - first + 1
    if (noted > PAGES) return new Uint8Array(0)
    const kind = range.writable ? Page.writable : Page.other
    for (let page = first; page <= last && page < pages.length; page++) {
      const isWhole = page * PAGE_SIZE >= range.address && (page + 1) * PAGE_SIZE <= range.end
      pages[page] = isWhole && taken[page] === 0 ? kind : Page.mixed
      taken[page] = 1
    }
  }
  return pages
}

export function transfer(sweep: Sweep, from: number, to: number, kind: number): void {
  sweep.transferFrom.push(from)
  sweep.transferTo.push(to)
  sweep.transferKind.push(kind)
}

/** Notes what an instruction does with the place that it names. */
export function ripRelative(accesses: AccessList, sweep: Sweep, opcode: number, modrm: number, from: number, target: number): void {
  if (opcode === 0x8d) {
    accesses.add(from, target, Access.take)
    return
  }
  const slash = (modrm >> 3) & 7
  if (opcode === 0xff && (slash === 2 || slash === 4)) {
    transfer(sweep, from, target, slash === 2 ? Transfer.indirectCall : Transfer.indirectJump)
    return
  }
  const store =
    opcode === 0x88 ||
    opcode === 0x89 ||
    opcode === 0xc6 ||
    opcode === 0xc7 ||
    opcode === 0x86 ||
    opcode === 0x87 ||
    (opcode < 0x38 && (opcode & 7) < 2) ||
    ((opcode === 0x80 || opcode === 0x81 || opcode === 0x83) && slash !== 7) ||
    ((opcode === 0xfe || opcode === 0xff) && slash < 2)
  accesses.add(from, target, store ? Access.store : Access.load)
}
