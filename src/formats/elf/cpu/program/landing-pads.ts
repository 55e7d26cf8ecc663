import { MalformedError } from '../../../../core/errors.ts'
import type { ByteReader } from '../../../../bytes/byte-reader.ts'
import type { CallGraph } from './call-graph.ts'
import { itemAtMost } from './number-list.ts'
import { type HandledCalls, hasOwnLandingPadBase, readHandledCalls } from '../../read/call-sites.ts'
import type { FrameRange } from '../../read/eh-frame.ts'
import { type ElfFile, findSection, sectionContents } from '../../read/elf-file.ts'
import { SHT } from '../../constants.ts'

/** Handlers of exceptions that lie in another function (`main.cold`) than the calls that they are for. */
export interface MovedHandler {
  readonly start: number
  readonly end: number
  readonly from: number
  readonly to: number
  readonly pad: number
}

interface Handlers {
  readonly calls: readonly HandledCalls[]
  readonly starts: Float64Array
}

/** Where exceptions go on: what no jump leads to runs all the same. */
export class LandingPads {
  readonly #section: ByteReader | undefined
  readonly #address: number
  readonly #starts: Float64Array
  readonly #frames: readonly FrameRange[]
  readonly #is64: boolean
  readonly #cleanups: boolean
  readonly #known = new Map<FrameRange, Handlers>()
  readonly #leaving = new Map<number, MovedHandler[]>()
  readonly #entering = new Map<number, Set<number>>()

  /** @param cleanups with those that only clean up */
  constructor(file: ElfFile, frames: readonly FrameRange[], graph: CallGraph, cleanups = false) {
    this.#cleanups = cleanups
    this.#is64 = file.is64
    const section = findSection(file, '.gcc_except_table')
    this.#section = section === undefined || section.sh_type === SHT.NOBITS ? undefined : sectionContents(file, section)
    this.#address = Number(section?.sh_addr ?? 0)
    this.#frames = this.#section === undefined ? [] : frames.filter(({ lsda }) => lsda !== undefined).sort((a, b) => a.address - b.address)
    this.#starts = Float64Array.from(this.#frames, ({ address }) => address)
    for (const frame of this.#frames) if (this.#isSplit(frame)) this.#noteMoved(frame, graph)
  }

  /** The landing pad for exceptions out of the call at `at`. */
  of(at: number): number | undefined {
    const frame = itemAtMost(this.#frames, this.#starts, at)
    if (frame === undefined || at >= frame.address + frame.size) return undefined
    const { calls, starts } = this.#handled(frame)
    const last = itemAtMost(calls, starts, at)
    return last !== undefined && at < last.end ? last.pad : undefined
  }

  /** Handlers of calls in function `index` that lie in other functions. */
  leaving(index: number): readonly MovedHandler[] {
    return this.#leaving.get(index) ?? []
  }

  /** Landing pads in function `index` for calls in others. */
  entering(index: number): Iterable<number> {
    return this.#entering.get(index) ?? []
  }

  #noteMoved(frame: FrameRange, graph: CallGraph): void {
    for (const { start, end, pad } of this.#handled(frame).calls) {
      const [from, to] = [graph.functionOf(start), graph.functionOf(pad)]
      if (from < 0 || to < 0 || from === to) continue
      const leaving = this.#leaving.get(from)
      if (leaving === undefined) this.#leaving.set(from, [{ start, end, from, to, pad }])
      else leaving.push({ start, end, from, to, pad })
      const entering = this.#entering.get(to)
      if (entering === undefined) this.#entering.set(to, new Set([pad]))
      else entering.add(pad)
    }
  }

  #isSplit(frame: FrameRange): boolean {
    const area = this.#area(frame)
    return area !== undefined && hasOwnLandingPadBase(area)
  }

  #handled(frame: FrameRange): Handlers {
    let known = this.#known.get(frame)
    if (known === undefined) {
      // the run time takes the table to be in order, too
      const calls = this.#read(frame)
      this.#known.set(frame, (known = { calls, starts: Float64Array.from(calls, ({ start }) => start) }))
    }
    return known
  }

  #read(frame: FrameRange): readonly HandledCalls[] {
    const area = this.#area(frame)
    if (area === undefined) return []
    try {
      return readHandledCalls(area, frame.lsda!, frame.address, this.#is64, this.#cleanups)
    } catch (error) {
      if (error instanceof MalformedError) return [] // another language's data, or none
      throw error
    }
  }

  #area({ lsda }: FrameRange): ByteReader | undefined {
    const section = this.#section
    const offset = lsda! - this.#address
    return section === undefined || offset < 0 || offset >= section.size ? undefined : section.window(offset, section.size - offset, section.what)
  }
}
