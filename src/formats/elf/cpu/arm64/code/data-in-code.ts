import { flowOf, Flow, pageAddress } from '../../../../../isa/arm64/control-flow.ts'
import { destination, movedRegister } from '../../../../../isa/arm64/operands.ts'
import { STT } from '../../../constants.ts'
import { readSymtab } from '../../../read/symbols.ts'
import { Edge } from '../../program/edges.ts'
import { lastAtMost } from '../../program/number-list.ts'
import { LiteralPools } from './literal-pools.ts'
import type { Program } from './program.ts'

/** Bytes within which a word that is no instruction makes what looks like one doubtful: tables of constants. */
const NEIGHBOURHOOD = 48
/** Instructions behind an address within which it is read from. */
const WINDOW = 12

/**
 * Constants among hand-written code, which look like instructions of all kinds: between mapping symbols where the file has
 * them, beside words that are no instruction, what LDR (literal) loads, and what code takes the address of only to load from it.
 */
export class DataInCode {
  readonly #program: Program
  /** Addresses where data begins and code begins again, by turns. */
  readonly #marked: Float64Array
  readonly #undecodable: Float64Array
  readonly #withData: ReadonlySet<number>
  readonly #read = new Map<number, boolean>()
  readonly #pools: LiteralPools
  #pointed: ReadonlySet<number> | undefined

  constructor(program: Program) {
    this.#program = program
    this.#marked = mappingSymbols(program)
    this.#pools = new LiteralPools(program)
    this.#undecodable = program.sweep.undecodableAt.values()
    this.#withData = new Set(Array.from(this.#undecodable, (address) => program.graph.functionOf(address)))
  }

  /** Is what looks like an instruction of function `index` that needs `feature` likely to be data? */
  has(index: number, address: number, feature: string): boolean {
    if (this.#program.isTable(address) || this.#pools.has(index, address)) return true
    const mark = lastAtMost(this.#marked, address)
    // in the even stretches, unless a function begins there: not every assembler marks code
    if ((mark & 1) === 0 && !this.#beginsCode(index, this.#marked[mark]!)) return true
    if (this.#withData.has(index) && (isExotic(feature) || this.#isBesideData(address))) return true
    return this.#isRead(index)
  }

  #beginsCode(index: number, mark: number): boolean {
    const { graph } = this.#program
    const start = graph.starts[index]!
    return start > mark && (graph.names.has(start) || graph.firstCaller[index] !== graph.firstCaller[index + 1])
  }

  #isBesideData(address: number): boolean {
    const before = lastAtMost(this.#undecodable, address)
    return address - (this.#undecodable[before] ?? -Infinity) <= NEIGHBOURHOOD || (this.#undecodable[before + 1] ?? Infinity) - address <= NEIGHBOURHOOD
  }

  /** Nothing calls it and no pointer leads to it; all that name it load from there. */
  #isRead(index: number): boolean {
    let read = this.#read.get(index)
    if (read === undefined) this.#read.set(index, (read = this.#isOnlyRead(index)))
    return read
  }

  #isOnlyRead(index: number): boolean {
    const { graph, image } = this.#program
    const start = graph.starts[index]!
    if (graph.names.has(start) || graph.firstCaller[index] !== graph.firstCaller[index + 1]) return false
    this.#pointed ??= new Set(image.codePointers.targets)
    if (this.#pointed.has(start)) return false
    let named = false
    for (let edge = 0; edge < graph.edgeTo.length; edge++) {
      if (graph.edgeTo[edge] !== index) continue
      if (graph.edgeKind[edge] !== Edge.taken || !this.#isLoadedFrom(graph.edgeAt[edge]!)) return false
      named = true
    }
    return named
  }

  /** Is the address that the instruction at `at` computes the base of a load, before anything else is done with it? */
  #isLoadedFrom(at: number): boolean {
    const code = this.#program.codeAt(at)
    if (code === undefined) return false
    const first = (at - code.base) / 4
    const word = code.words[first]!
    if (pageAddress(word, at) === undefined && (word & 0xffc0_0000) >>> 0 !== 0x9100_0000) return false
    const register = word & 31
    let isLoaded = false
    for (let index = first + 1; index < first + WINDOW; index++) {
      const next = code.words[index] ?? 0
      const flow = flowOf(next)
      // it is the address of code, of which something is read as well
      if (((flow === Flow.indirectCall || flow === Flow.indirectJump) && ((next >>> 5) & 31) === register) || movedRegister(next) === register) return false
      if (flow !== Flow.next) break
      const isLoad = ((next >>> 25) & 5) === 4 && (next & 0x0040_0000) !== 0
      isLoaded ||= isLoad && ((next >>> 5) & 31) === register
      if (destination(next) === register) break
    }
    return isLoaded
  }
}

/** What tables in the middle of code look like when they are decoded, and what hardly any program uses. */
function isExotic(feature: string): boolean {
  return /^(?:sme|mops|ls64|tme|mte|cssc|sve|sm[34]|fcma|fhm|flagm)/.test(feature)
}

/** $d and $x (ELF for the Arm 64-bit Architecture, 5.5.3) as a list of turns that begins with data. */
function mappingSymbols({ image }: Program): Float64Array {
  const symbols = readSymtab(image.file)
  const marks: [number, boolean][] = []
  for (let index = 1; index < (symbols?.count ?? 0); index++) {
    if (symbols!.type(index) !== STT.NOTYPE || symbols!.binding(index) !== 0 || symbols!.size(index) !== 0) continue
    const address = symbols!.value(index)
    const kind = image.inCode(address) ? /^\$([dx])(?:\..*)?$/.exec(symbols!.name(index))?.[1] : undefined
    if (kind !== undefined) marks.push([address, kind === 'd'])
  }
  marks.sort(([a, aIsData], [b, bIsData]) => a - b || Number(aIsData) - Number(bIsData))
  const turns: number[] = []
  for (const [address, isData] of marks) if (isData === ((turns.length & 1) === 0)) turns.push(address)
  return Float64Array.from(turns)
}
