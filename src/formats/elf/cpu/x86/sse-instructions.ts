import { elementsOf, exactly, valueOf, type Vector, vectorOf } from '../program/vector.ts'
import { Transfers } from './transfers.ts'
import { isSame, noVectors, unknownFlags } from './vectors.ts'
import { anything, certain, compute, number, plain, singleAddress, type Value } from '../program/value.ts'

/** Mandatory prefixes (Intel SDM 2.1.2). */
const NONE = 0
const OPERAND = 0x66
const REPNE = 0xf2
const REP = 0xf3

const ZERO: Vector = vectorOf([0n, 0n], 8, false)
const ONES = 0xffff_ffffn

/**
 * What SSE instructions do to vectors of integers, as far as compilers use them to gather what CPUID says: flags of a
 * structure are moved into vectors and stored four at a time. Whatever is not told here leaves an unknown vector.
 */
export abstract class SseInstructions extends Transfers {
  /** An instruction behind 0F whose operands are decoded; `opcodeAt`: where 0F is. False where it is none of these. */
  protected sse(opcodeAt: number, opcode: number): boolean {
    const prefix = this.#prefixOf(opcodeAt)
    switch (opcode) {
      case 0x6e:
        this.#set(this.#fromGeneral())
        return true
      case 0x7e:
        if (prefix === REP) this.#set(this.#lowHalf(this.#source(8)))
        else this.write(this.#toGeneral((this.rex & 8) !== 0 ? 8 : 4), (this.rex & 8) !== 0 ? 8 : 4)
        return true
      case 0xd6:
        if (this.isMemory) this.#store(this.#register(), 8)
        else this.#setOther(this.#lowHalf(this.#register()))
        return true
      case 0x10:
      case 0x28:
      case 0x6f:
        // MOVSS and MOVSD load floating-point numbers
        this.#set(opcode === 0x10 && prefix >= REPNE ? undefined : this.#source(16))
        return true
      case 0x11:
      case 0x29:
      case 0x2b:
      case 0x7f:
      case 0xe7: {
        const size = opcode === 0x11 && prefix === REP ? 4 : opcode === 0x11 && prefix === REPNE ? 8 : 16
        if (this.isMemory) this.#store(this.#register(), size)
        else this.#setOther(size === 16 ? this.#register() : undefined)
        return true
      }
      case 0x12:
      case 0x16: {
        // MOVLPS, MOVHPS; between registers MOVHLPS, MOVLHPS
        const [low, high] = halves(this.#register())
        const source = this.#source(8)
        const moved = halves(source)[!this.isMemory && opcode === 0x12 ? 1 : 0]
        if (prefix >= REPNE) this.#set(undefined)
        else if (opcode === 0x12) this.#set(this.#joined(moved, high, this.#register(), source))
        else this.#set(this.#joined(low, moved, this.#register(), source))
        return true
      }
      case 0x13:
        this.#store(this.#register(), 8)
        return true
      case 0x17: {
        const register = this.#register()
        this.#store(register === undefined || register === unknownFlags ? register : vectorOf([elementsOf(register, 8)[1]!], 8, register.detected), 8)
        return true
      }
      case 0x71:
      case 0x72:
      case 0x73:
        this.#setOther(this.#shifted(opcode))
        return true
      case 0x50:
      case 0xd7:
      case 0xc5:
      case 0x2c:
      case 0x2d:
        this.setRegister(this.#source(16)?.detected === true ? anything : undefined, 8)
        return true
    }
    if (!writesVector(opcode)) return false
    this.#set(this.#computed(opcode, prefix))
    return true
  }

  #computed(opcode: number, prefix: number): Vector | undefined {
    const same = !this.isMemory && this.#registerNumber() === this.#otherNumber()
    const isInteger = prefix === OPERAND
    // a register against itself
    if (same && ((isInteger && (opcode === 0xef || (opcode >= 0xf8 && opcode <= 0xfb))) || opcode === 0x57)) return ZERO
    if (same && isInteger && opcode >= 0x74 && opcode <= 0x76) return vectorOf([ONES, ONES, ONES, ONES], 4, false)
    const register = this.#register()
    const onSource = opcode === 0x70
    if (register === undefined && !onSource && this.isMemory) return undefined
    const source = this.#source(16)
    const detected = source?.detected === true || (!onSource && register?.detected === true)
    const known = source !== undefined && source !== unknownFlags && (onSource || (register !== undefined && register !== unknownFlags))
    const result = known ? this.#combined(opcode, prefix, register ?? ZERO, source) : undefined
    if (result === undefined) return detected ? unknownFlags : undefined
    return { bytes: result.bytes, detected }
  }

  #combined(opcode: number, prefix: number, a: Vector, b: Vector): Vector | undefined {
    const immediate = this.code[this.next - 1]!
    const [words, others] = [elementsOf(a, 4), elementsOf(b, 4)]
    const lanes = (of: (x: bigint, y: bigint) => bigint): Vector => vectorOf(words.map((word, lane) => of(word, others[lane]!)), 4, false)
    if (prefix === NONE || prefix === OPERAND) {
      switch (opcode) {
        case 0x14: // UNPCKLPS, UNPCKLPD
          return prefix === NONE ? interleaved(words, others, 0) : vectorOf([elementsOf(a, 8)[0]!, elementsOf(b, 8)[0]!], 8, false)
        case 0x54:
          return lanes((x, y) => x & y)
        case 0x55:
          return lanes((x, y) => ~x & y)
        case 0x56:
          return lanes((x, y) => x | y)
        case 0x57:
          return lanes((x, y) => x ^ y)
        case 0xc6:
          if (prefix === NONE) return vectorOf([words[immediate & 3]!, words[(immediate >> 2) & 3]!, others[(immediate >> 4) & 3]!, others[immediate >> 6]!], 4, false)
      }
    }
    if (prefix !== OPERAND) return undefined
    switch (opcode) {
      case 0x62:
        return interleaved(words, others, 0)
      case 0x6a:
        return interleaved(words, others, 2)
      case 0x6c:
        return vectorOf([elementsOf(a, 8)[0]!, elementsOf(b, 8)[0]!], 8, false)
      case 0x6d:
        return vectorOf([elementsOf(a, 8)[1]!, elementsOf(b, 8)[1]!], 8, false)
      case 0x70:
        return vectorOf([0, 2, 4, 6].map((shift) => others[(immediate >> shift) & 3]!), 4, false)
      case 0x76:
        return lanes((x, y) => (x === y ? ONES : 0n))
      case 0xdb:
        return lanes((x, y) => x & y)
      case 0xdf:
        return lanes((x, y) => ~x & y)
      case 0xeb:
        return lanes((x, y) => x | y)
      case 0xef:
        return lanes((x, y) => x ^ y)
      case 0xfa:
        return lanes((x, y) => x - y)
      case 0xfe:
        return lanes((x, y) => x + y)
      case 0xfb:
      case 0xd4: {
        const [x, y] = [elementsOf(a, 8), elementsOf(b, 8)]
        return vectorOf(x.map((element, lane) => (opcode === 0xfb ? element - y[lane]! : element + y[lane]!)), 8, false)
      }
    }
    return undefined
  }

  /** PSLLW to PSRLDQ with an immediate: what the second operand becomes. */
  #shifted(opcode: number): Vector | undefined {
    const vector = this.#vector(this.#otherNumber())
    if (vector === undefined || vector === unknownFlags) return vector
    const count = BigInt(this.code[this.next - 1]!)
    const slash = (this.code[this.modrmAt]! >> 3) & 7
    const size = opcode === 0x71 ? 2 : opcode === 0x72 ? 4 : 8
    const bits = BigInt(size * 8)
    const { detected } = vector
    if (opcode === 0x73 && (slash === 3 || slash === 7)) {
      const bytes = new Uint8Array(16)
      const by = Math.min(Number(count), 16)
      if (slash === 3) bytes.set(vector.bytes.subarray(by))
      else bytes.set(vector.bytes.subarray(0, 16 - by), by)
      return { bytes, detected }
    }
    const shift = (element: bigint): bigint => {
      if (slash === 4) return BigInt.asIntN(Number(bits), element) >> (count < bits ? count : bits - 1n)
      if (count >= bits) return 0n
      return slash === 2 ? element >> count : element << count
    }
    return vectorOf(elementsOf(vector, size).map(shift), size, detected)
  }

  /** Another instruction, of which it is not known what it makes of vectors. */
  protected otherVector(): void {
    const other = this.isMemory ? undefined : this.#vector(this.#otherNumber())
    this.#set(this.#register()?.detected === true || other?.detected === true ? unknownFlags : undefined)
  }

  /** Instructions with three operands: no vector is known any more. */
  protected forgetVectors(): void {
    if (this.state.vectors === noVectors) return
    this.leaksAnywhere ||= this.state.vectors.some((vector) => vector?.detected === true)
    this.state.vectors = noVectors
  }

  // ---- operands

  #prefixOf(opcodeAt: number): number {
    let prefix = NONE
    for (let at = this.at; at < opcodeAt; at++) {
      const byte = this.code[at]!
      if (byte === REP || byte === REPNE || (byte === OPERAND && prefix === NONE)) prefix = byte
    }
    return prefix
  }

  #registerNumber(): number {
    return ((this.code[this.modrmAt]! >> 3) & 7) | ((this.rex & 4) << 1)
  }

  #otherNumber(): number {
    return (this.code[this.modrmAt]! & 7) | ((this.rex & 1) << 3)
  }

  #vector(index: number): Vector | undefined {
    return this.state.vectors[index]
  }

  #register(): Vector | undefined {
    return this.#vector(this.#registerNumber())
  }

  /** The second operand: a register, or `size` bytes of memory. */
  #source(size: number): Vector | undefined {
    if (!this.isMemory) return this.#vector(this.#otherNumber())
    const place = this.memoryAddress
    if (place === undefined || (place.base === plain && singleAddress(place) === undefined)) return undefined
    const elements: bigint[] = []
    let detected = false
    let known = true
    for (let offset = 0; offset < size; offset += 4) {
      const value = this.#at(offset, () => this.read(4))
      if (value?.detected === true) detected = true
      const exact = exactly(value && certainly(value))
      if (exact === undefined) known = false
      elements.push(exact ?? 0n)
      if (!known && !detected && offset === 0) return undefined
    }
    if (known) return vectorOf(elements, 4, detected)
    return detected ? unknownFlags : undefined
  }

  /** Reads or writes `offset` bytes behind the operand. */
  #at<T>(offset: number, access: () => T): T {
    const { memoryAddress, displacement } = this
    this.memoryAddress = compute('add', memoryAddress, number(offset))
    this.displacement = displacement + offset
    const result = access()
    this.memoryAddress = memoryAddress
    this.displacement = displacement
    return result
  }

  #store(vector: Vector | undefined, size: number): void {
    if (vector === undefined) {
      this.write(undefined, size)
      return
    }
    for (let offset = 0; offset < size; offset += 4) {
      this.#at(offset, () => this.write(vector === unknownFlags ? anything : valueOf(vector, offset, 4), 4))
    }
  }

  #set(vector: Vector | undefined): void {
    this.#assign(this.#registerNumber(), vector)
  }

  #setOther(vector: Vector | undefined): void {
    if (!this.isMemory) this.#assign(this.#otherNumber(), vector)
  }

  #assign(index: number, vector: Vector | undefined): void {
    const { vectors } = this.state
    const known = vectors[index]
    if (isSame(known, vector)) return
    const changed = vectors.slice()
    changed[index] = vector
    this.state.vectors = changed
  }

  /** MOVD, MOVQ from a general register or memory. */
  #fromGeneral(): Vector | undefined {
    const value = this.read((this.rex & 8) !== 0 ? 8 : 4)
    const exact = exactly(value && certainly(value))
    if (exact !== undefined) return vectorOf([exact], 8, value!.detected)
    return value?.detected === true ? unknownFlags : undefined
  }

  #toGeneral(size: number): Value | undefined {
    const vector = this.#register()
    if (vector === unknownFlags) return anything
    return vector === undefined ? undefined : valueOf(vector, 0, size)
  }

  #lowHalf(vector: Vector | undefined): Vector | undefined {
    return vector === undefined || vector === unknownFlags ? vector : vectorOf([elementsOf(vector, 8)[0]!], 8, vector.detected)
  }

  #joined(low: bigint | undefined, high: bigint | undefined, a: Vector | undefined, b: Vector | undefined): Vector | undefined {
    const detected = a?.detected === true || b?.detected === true
    if (low !== undefined && high !== undefined) return vectorOf([low, high], 8, detected)
    return detected ? unknownFlags : undefined
  }
}

/** What is known of it, where others (an environment variable) may have a say as well: see `Value`. */
function certainly(value: Value): Value {
  return value.partial === true && value.words.length === 2 ? certain(value) : value
}

function halves(vector: Vector | undefined): readonly [bigint | undefined, bigint | undefined] {
  if (vector === undefined || vector === unknownFlags) return [undefined, undefined]
  const [low, high] = elementsOf(vector, 8)
  return [low, high]
}

function interleaved(a: readonly bigint[], b: readonly bigint[], from: number): Vector {
  return vectorOf([a[from]!, b[from]!, a[from + 1]!, b[from + 1]!], 4, false)
}

/** Opcodes behind 0F whose first operand is a vector that they write; those of moves apart. */
function writesVector(opcode: number): boolean {
  if (opcode === 0x2e || opcode === 0x2f) return false
  if (opcode === 0x14 || opcode === 0x15 || opcode === 0x2a) return true
  if (opcode >= 0x51 && opcode <= 0x70) return true
  return (opcode >= 0x74 && opcode <= 0x76) || opcode === 0x7c || opcode === 0x7d || opcode === 0xc2 || opcode === 0xc4 || opcode === 0xc6 || opcode >= 0xd0
}
