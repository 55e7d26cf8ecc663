import { branchTarget, Flow, flowOf, pageAddress } from '../../../../../isa/arm64/control-flow.ts'
import { memoryAccess } from '../../../../../isa/arm64/operands.ts'
import { arm64Features } from '../../../../../isa/arm64/scan.ts'
import type { CallGraph } from '../../program/call-graph.ts'
import { detectingFunctions, resolverAddresses } from '../../program/detecting-functions.ts'
import type { IndexSet } from '../../program/index-set.ts'
import type { MemoryImage, Slot } from '../../program/memory-image.ts'
import type { Sweep } from '../../program/sweep.ts'
import { entriesOfAuxiliaryVector, readersOfAuxiliaryVector } from './auxiliary-vector-file.ts'
import { illegalInstructionProbes } from './illegal-instruction-probes.ts'
import type { Detectors, Program } from './program.ts'

export const AT_HWCAP = 16
export const AT_HWCAP2 = 26
const AT_SECURE = 23

const auxiliaryFunction = /^(?:__)?getauxval2?$/
/** Functions of other files that tell features apart in ways of their own. */
const detectorFunction = /^(?:elf_aux_info|android_getCpuFeatures|av_get_cpu_flags|cpuinfo_\w+|OPENSSL_cpuid_setup|_ZN3hwy\w*SupportedTargets\w*|vips_vector_isenabled|\w*cpu_?(?:supports|has|features?|flags)\w*)$/i
/** Variables of other files that hold features. */
const detectorObject = /^(?:_rtld_global_ro|OPENSSL_armcap_P|__aarch64_cpu_features|__aarch64_have_lse_atomics)$/

/** What looks through the vector in programs of Go; the later `golang.org/x/sys` is handed it by the runtime. */
const goReader = /^runtime\.(?:sysauxv|archauxv|sysargs)$|(?:^|\/)golang\.org\/x\/sys\/cpu\.(?:readHWCAP|doinit|init\.\d+)$/

export function isAuxiliaryFunction(name: string): boolean {
  return auxiliaryFunction.test(name)
}

export function isDetectorFunction(name: string): boolean {
  return auxiliaryFunction.test(name) || detectorFunction.test(name)
}

export function findDetectors(image: MemoryImage, sweep: Sweep, graph: CallGraph, stubs: ReadonlyMap<number, Slot>, live: IndexSet, codeAt: Program['codeAt']): Detectors {
  const functions = detectingFunctions(sweep, graph, live)
  const resolvers = resolverAddresses(image)
  const imports = [...image.imports].filter((name) => isDetectorFunction(name) || detectorObject.test(name)).sort()
  const auxiliary = new Set<number>()
  const hwcap = new Set<number>()
  const hwcap2 = new Set<number>()
  const fileReaders = readersOfAuxiliaryVector({ image, graph, sweep })
  const readers = new AuxiliaryReaders(image, graph, codeAt, fileReaders)
  // a program that cannot ask the C library looks into the auxiliary vector itself
  if (!image.imports.has('getauxval') && !image.imports.has('__getauxval')) {
    for (const index of live) readers.look(index, auxiliary, hwcap, hwcap2)
  }
  for (const object of image.objects) {
    if (object.name === 'internal/cpu.HWCap' || object.name === '_dl_hwcap') hwcap.add(object.address)
    if (object.name === '_dl_hwcap2') hwcap2.add(object.address)
  }
  const haveLse = outlineFlags(sweep, codeAt)
  const { probes, triers } = illegalInstructionProbes({ image, graph, sweep, codeAt })
  const { loads: entries, kept } = entriesOfAuxiliaryVector(fileReaders, { graph, stubs, codeAt })
  const readsCpuinfo = Buffer.from(image.file.bytes.buffer, image.file.bytes.byteOffset, image.file.bytes.length).includes('/proc/cpuinfo\0')
  const any = functions.size + resolvers.size + imports.length + auxiliary.size + hwcap.size + haveLse.size + probes.size + triers.size + fileReaders.size > 0 || readsCpuinfo || asksForAddress(image, stubs)
  return { functions, resolvers, auxiliary, hwcap, hwcap2, haveLse, imports, probes, triers, entries, kept, readsVector: fileReaders.size > 0, readsCpuinfo, any }
}

/**
 * The variables behind `ADRP X16; LDRB W16, [X16]; CBZ W16` before an atomic instruction: what GCC's and LLVM's helpers of
 * outline atomics all do, whatever the variable is called and whoever sets it.
 */
function outlineFlags(sweep: Sweep, codeAt: Program['codeAt']): ReadonlySet<number> {
  const lse = arm64Features.indexOf('lse')
  const sets = sweep.hitSet.values()
  const flags = new Set<number>()
  for (const [hit, at] of sweep.hitAt.values().entries()) {
    const code = sets[hit] === lse ? codeAt(at) : undefined
    if (code === undefined) continue
    const index = (at - code.base) / 4
    const [page, load, branch] = [code.words[index - 3] ?? 0, code.words[index - 2] ?? 0, code.words[index - 1] ?? 0]
    const base = (page & 31) === 16 ? pageAddress(page, at - 12) : undefined
    if (base !== undefined && (load & 0xffc0_03ff) >>> 0 === 0x3940_0210 && (branch & 0xff00_001f) >>> 0 === 0x3400_0010) flags.add(base + ((load >>> 10) & 0xfff))
  }
  return flags
}

/** getauxval by name, through dlsym. */
function asksForAddress(image: MemoryImage, stubs: ReadonlyMap<number, Slot>): boolean {
  if (![...stubs.values()].some((slot) => slot.import === 'dlsym') && !image.imports.has('dlsym')) return false
  return Buffer.from(image.file.bytes.buffer, image.file.bytes.byteOffset, image.file.bytes.length).includes('getauxval\0')
}

/** Recognises getauxval where it is linked in, and loops over the auxiliary vector, by the tags they compare with. */
class AuxiliaryReaders {
  readonly #image: MemoryImage
  readonly #graph: CallGraph
  readonly #codeAt: Program['codeAt']
  readonly #fileReaders: ReadonlySet<number>

  /** @param fileReaders functions that read the vector from its file */
  constructor(image: MemoryImage, graph: CallGraph, codeAt: Program['codeAt'], fileReaders: ReadonlySet<number>) {
    this.#image = image
    this.#graph = graph
    this.#codeAt = codeAt
    this.#fileReaders = fileReaders
  }

  look(index: number, auxiliary: Set<number>, hwcap: Set<number>, hwcap2: Set<number>): void {
    const start = this.#graph.starts[index]!
    const size = this.#graph.ends[index]! - start
    const code = size > 2000 || size < 16 ? undefined : this.#codeAt(start)
    if (code === undefined) return
    const from = (start - code.base) / 4
    const compared = new Map<number, number[]>()
    for (let at = from; at < from + size / 4; at++) {
      const word = code.words[at]!
      if ((word & 0xffc0_001f) >>> 0 !== 0xf100_001f) continue
      const tag = (word >>> 10) & 0xfff
      const places = compared.get(tag)
      if (places === undefined) compared.set(tag, [at])
      else places.push(at)
    }
    const early = (tag: number): boolean => (compared.get(tag) ?? []).some((at) => at < from + 12 && ((code.words[at]! >>> 5) & 31) === 0)
    const asks = early(AT_HWCAP) && early(AT_HWCAP2)
    if (asks || (early(AT_SECURE) && size < 200 && compared.size === 1)) auxiliary.add(index)
    const name = this.#graph.nameOf(index)
    if (!asks && !goReader.test(name) && !this.#fileReaders.has(index)) return
    for (const [tag, into] of [[AT_HWCAP, hwcap], [AT_HWCAP2, hwcap2]] as const) {
      for (const at of compared.get(tag) ?? []) {
        const place = this.#variableBehind(code.words, code.base, at)
        if (place !== undefined) into.add(place)
      }
    }
  }

  /** The variable that is read or written where the comparison at `at` finds its tag. */
  #variableBehind(words: Int32Array, base: number, at: number): number | undefined {
    const branch = words[at + 1]!
    if (flowOf(branch) !== Flow.condition || (branch & 14) !== 0) return undefined
    const equal = (branch & 1) === 0 ? branchTarget(branch, Flow.condition, (at + 1) * 4) / 4 : at + 2
    const held = new Map<number, number>()
    for (let before = Math.max(0, at - 8); before < at; before++) this.#note(words[before]!, base + before * 4, held)
    for (let place = equal, steps = 0; steps < 8 && place < words.length; place++, steps++) {
      const word = words[place]!
      if (this.#note(word, base + place * 4, held)) continue
      if (((word >>> 25) & 5) !== 4) {
        if (flowOf(word) !== Flow.next) return undefined
        continue
      }
      const operand = memoryAccess(word)
      const known = operand === undefined ? undefined : held.get(operand.base)
      if (operand === undefined || known === undefined || operand.index >= 0) continue
      const target = known + operand.offset
      const range = this.#image.dataAt(target)
      if (range?.constant === true && operand.load) held.set(operand.register, this.#pointerAt(target, range))
      else if (range?.writable === true) return target
    }
    return undefined
  }

  /** What the GOT holds: filled in by the loader, or by the linker in a static program. */
  #pointerAt(at: number, range: { readonly address: number; readonly offset: number | undefined }): number {
    const slot = this.#image.slots.get(at)
    if (slot?.address !== undefined || range.offset === undefined) return slot?.address ?? 0
    const { view } = this.#image
    const place = range.offset + at - range.address
    return view.getUint32(place, true) + view.getUint32(place + 4, true) * 0x1_0000_0000
  }

  #note(word: number, at: number, held: Map<number, number>): boolean {
    const page = pageAddress(word, at)
    if (page !== undefined) held.set(word & 31, page)
    const source = held.get((word >>> 5) & 31)
    const adds = (word & 0xffc0_0000) >>> 0 === 0x9100_0000 && source !== undefined
    if (adds) held.set(word & 31, source + ((word >>> 10) & 0xfff))
    return page !== undefined || adds
  }
}
