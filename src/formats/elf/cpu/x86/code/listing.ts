import { MAX_LENGTH, type X86Decoder } from '../../../../../isa/x86/decode.ts'
import { Fast, fastTable } from '../../../../../isa/x86/fast-table.ts'
import { lengthAt } from '../../../../../isa/x86/length.ts'
import type { MemoryImage } from '../../program/memory-image.ts'
import type { Code, CodeRange } from './code.ts'

/** How an instruction hands on control. */
export const Kind = { other: 0, branch: 1, jump: 2, call: 3, end: 4 } as const

/** The instructions of a function, by index. Until another is listed: the lists are the same, and are longer than what is in them. */
export interface Listing {
  readonly count: number
  /** Offset of each instruction in the code. */
  readonly at: Int32Array
  readonly kind: Uint8Array
  /** Offset that it leads to, where it is a branch, jump or call. */
  readonly target: Float64Array
  /** Addresses of instructions that test bits. */
  readonly masks: Float64Array
  readonly maskCount: number
  /** Index of the first branch or jump to each instruction, or -1, and for each of those the next one. */
  readonly firstJumpTo: Int32Array
  readonly nextJump: Int32Array
  /** Index of the first jump through a table, or -1. */
  readonly firstTable: number
  /** Does it jump through a register anywhere, as a switch does that reads a table first? */
  readonly jumpsThroughRegister: boolean
  /** Index of the instruction at an offset in the code. */
  indexOf(offset: number): number | undefined
}

/** Opcodes that hand on control or test bits, prefixes and escapes: they are looked at. */
const Interest = { none: 0, some: 1 } as const
const interest: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => {
  const isControl = (byte & 0xf0) === 0x70 || (byte & 0xf8) === 0xe8 || byte === 0xc3 || byte === 0xff
  return isControl || byte === 0x0f || byte === 0x3d || isPrefix(byte) || isMaskTest(byte, 0, 0) || isMaskTest(byte, 0x20, 0x20) ? Interest.some : Interest.none
})

function isPrefix(byte: number): boolean {
  return byte === 0x66 || byte === 0x67 || byte === 0xf2 || byte === 0xf3 || (byte & 0xe7) === 0x26 || (byte & 0xf0) === 0x40
}

// Copies for the loop: an imported binding is loaded anew each time.
const { sib } = Fast
const regular = Fast.slow | Fast.imm64

/** Larger functions are not listed. */
const LARGEST = 100_000

const MOST_MASKS = 16

/** Lists functions. The lists are made once: there are tens of thousands of functions, and each is looked at once or twice. */
export class Lister implements Listing {
  readonly #decoder: X86Decoder
  readonly #image: MemoryImage
  readonly #stubs: Code['stubs']
  count = 0
  readonly at: Int32Array = new Int32Array(LARGEST)
  readonly kind: Uint8Array = new Uint8Array(LARGEST)
  readonly target: Float64Array = new Float64Array(LARGEST)
  readonly masks: Float64Array = new Float64Array(LARGEST)
  maskCount = 0
  readonly firstJumpTo: Int32Array = new Int32Array(LARGEST)
  readonly nextJump: Int32Array = new Int32Array(LARGEST)
  firstTable = -1
  jumpsThroughRegister = false
  /** By offset from the function's start: the instruction there. What is left of another function does not begin there. */
  readonly #indexes = new Int32Array(LARGEST)
  /** Numbers of 32 bits that something is masked with in the function. */
  readonly #maskNumbers = new Int32Array(MOST_MASKS)
  #maskNumberCount = 0
  #from = 0
  #to = 0
  #listed = NaN

  constructor({ decoder, image, stubs }: Pick<Code, 'decoder' | 'image' | 'stubs'>) {
    this.#decoder = decoder
    this.#image = image
    this.#stubs = stubs
  }

  indexOf(offset: number): number | undefined {
    if (!(offset >= this.#from && offset < this.#to)) return undefined
    const index = this.#indexes[offset - this.#from]!
    return index < this.count && this.at[index] === offset ? index : undefined
  }

  /** `start` and `end` are addresses. */
  list({ code, view, base }: CodeRange, start: number, end: number): Listing | undefined {
    if (end - start > LARGEST) return undefined
    if (start === this.#listed) return this
    this.#listed = start
    const decoder = this.#decoder
    const [ats, kinds, targets, masks, indexes] = [this.at, this.kind, this.target, this.masks, this.#indexes]
    const from = (start - base) | 0
    const to = (end - base) | 0
    this.#from = from
    this.#to = to
    let count = 0
    let maskCount = 0
    this.#maskNumberCount = 0
    let firstTable = -1
    let jumpsThroughRegister = false
    const { classes, rows } = fastTable()
    const safe = code.length - 2 * MAX_LENGTH
    for (let at = from; at < to; ) {
      let opcodeAt = at
      let byte = code[at]!
      let length = 0
      if ((byte & 0xf0) === 0x40) byte = code[++opcodeAt]!
      if (at < safe) {
        // what most are, without a call
        const entry = rows[(classes[byte]! << 8) | code[opcodeAt + 1]!]!
        if ((entry & regular) === 0) length = opcodeAt - at + (entry & 31) + ((entry & sib) !== 0 && (code[opcodeAt + 2]! & 7) === 5 ? 4 : 0)
      }
      ats[count] = at
      if (length > 0 && interest[byte] === Interest.none) {
        kinds[count] = Kind.other
        indexes[at - from] = count++
        at += length
        continue
      }
      const next = at + (length || lengthAt(decoder, code, at) || 1)
      opcodeAt = at
      byte = code[at]!
      while (byte === 0x66 || byte === 0x67 || byte === 0xf2 || byte === 0x3e) byte = code[++opcodeAt]!
      if ((byte & 0xf0) === 0x40) byte = code[++opcodeAt]!
      const second = code[opcodeAt + 1]!
      let kind: number = Kind.other
      let target = -1
      if (next <= code.length) {
        if ((byte & 0xf0) === 0x70 || byte === 0xeb) {
          kind = byte === 0xeb ? Kind.jump : Kind.branch
          target = next + view.getInt8(next - 1)
        } else if ((byte & 0xfe) === 0xe8 || (byte === 0x0f && (second & 0xf0) === 0x80)) {
          kind = byte === 0x0f ? Kind.branch : byte === 0xe8 ? Kind.call : Kind.jump
          target = next + view.getInt32(next - 4, true)
          // through the PLT, as libraries call what they export
          const address = kind === Kind.branch || (target >= from && target < to) ? undefined : this.#stubs.get(base + target)?.address
          if (address !== undefined) target = address - base
        } else if (byte === 0xff && (second === 0x15 || second === 0x25)) {
          // through the GOT, as Rust calls what other crates have
          const address = this.#image.slots.get(base + next + view.getInt32(next - 4, true))?.address
          kind = second === 0x15 ? Kind.call : address === undefined ? Kind.end : Kind.jump
          if (address !== undefined) target = address - base
        } else if (byte === 0xff && (second & 0x38) === 0x20) {
          kind = Kind.end
          if (firstTable < 0) firstTable = count
          if (second >= 0xe0) jumpsThroughRegister = true
        } else if (byte === 0xc3 || (byte === 0x0f && second === 0x0b)) kind = Kind.end
      }
      if (isMaskTest(byte, second, code[opcodeAt + 2]!) || ((byte === 0x81 || byte === 0x3d) && this.#masksWith(view.getInt32(next - 4, true)))) masks[maskCount++] = base + at
      if ((byte === 0x81 || byte === 0x25) && this.#maskNumberCount < MOST_MASKS && isMaskTest(byte, second, 0)) this.#maskNumbers[this.#maskNumberCount++] = view.getInt32(next - 4, true)
      kinds[count] = kind
      targets[count] = target
      indexes[at - from] = count++
      at = next
    }
    this.count = count
    this.maskCount = maskCount
    this.firstTable = firstTable
    this.jumpsThroughRegister = jumpsThroughRegister
    this.#linkJumps()
    return this
  }

  /** Was something masked with this number of several bits? Then what is compared with it is asked for all of them. */
  #masksWith(number: number): boolean {
    return (number & (number - 1)) !== 0 && this.#maskNumbers.subarray(0, this.#maskNumberCount).includes(number)
  }

  #linkJumps(): void {
    const { count, kind, target, firstJumpTo, nextJump } = this
    firstJumpTo.fill(-1, 0, count)
    for (let index = count - 1; index >= 0; index--) {
      nextJump[index] = -1
      if (kind[index] !== Kind.branch && kind[index] !== Kind.jump) continue
      const inside = this.indexOf(target[index]!)
      if (inside === undefined) continue
      nextJump[index] = firstJumpTo[inside]!
      firstJumpTo[inside] = index
    }
  }
}

/** TEST or AND with an immediate, BT with an immediate. */
function isMaskTest(byte: number, second: number, third: number): boolean {
  switch (byte) {
    case 0xa8:
    case 0xa9:
    case 0x24:
    case 0x25:
      return true
    case 0xf6:
    case 0xf7:
      return ((second >> 3) & 7) < 2
    case 0x80:
    case 0x81:
    case 0x83:
      return ((second >> 3) & 7) === 4
    case 0x0f:
      return second === 0xba && ((third >> 3) & 7) === 4
    default:
      return false
  }
}
