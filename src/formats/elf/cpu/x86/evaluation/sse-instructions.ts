import { elementsOf, exactly, valueOf, type Vector, vectorOf } from '../../program/vector.ts'
import { Register, slotKey } from './state.ts'
import { Transfers } from './transfers.ts'
import { combined, combined38, combined3a, Prefix } from './vector-operations.ts'
import { cleanVector, copiedVector, halves, isCopied, isKnown, isSame, noVectors, signsOf, unknownFlags, unknownOf, vectorWith } from './vectors.ts'
import { addressesIn, anything, certain, clean, compute, isExact, number, plain, singleAddress, singleOffset, untouched, type Value } from '../../program/value.ts'

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
      case 0xc4:
        this.#insert(2, this.code[this.next - 1]!)
        return true
      case 0x6e:
        this.#set(this.#fromGeneral())
        return true
      case 0x7e:
        if (prefix === Prefix.rep) this.#set(this.#lowHalf(this.#source(8)))
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
        this.#set(opcode === 0x10 && prefix >= Prefix.repne ? undefined : this.#source(16))
        return true
      case 0x11:
      case 0x29:
      case 0x2b:
      case 0x7f:
      case 0xe7: {
        const size = opcode === 0x11 && prefix === Prefix.rep ? 4 : opcode === 0x11 && prefix === Prefix.repne ? 8 : 16
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
        if (prefix >= Prefix.repne) this.#set(undefined)
        else if (opcode === 0x12) this.#set(this.#joined(moved, high, this.#register(), source))
        else this.#set(this.#joined(low, moved, this.#register(), source))
        return true
      }
      case 0x13:
        this.#store(this.#register(), 8)
        return true
      case 0x17: {
        const register = this.#register()
        this.#store(isCopied(register) ? copiedVector(register.parts.slice(2)) : !isKnown(register) ? register : vectorOf([elementsOf(register, 8)[1]!], 8, register.detected), 8)
        return true
      }
      case 0x71:
      case 0x72:
      case 0x73:
        this.#setOther(this.#shifted(opcode))
        return true
      case 0x50:
      case 0xd7: {
        // MOVMSKPS, MOVMSKPD, PMOVMSKB
        const source = this.#source(16)
        const size = opcode === 0xd7 ? 1 : prefix === Prefix.operand ? 8 : 4
        this.setRegister(isKnown(source) ? number(signsOf(source, size), 0, source.detected) : this.#numberOf(source, false), 8)
        return true
      }
      case 0xc5:
      case 0x2c:
      case 0x2d:
        this.setRegister(this.#numberOf(this.#source(16), opcode === 0x2c || opcode === 0x2d), 8)
        return true
    }
    if (!writesVector(opcode)) return false
    this.#set(this.#computed(opcode, prefix))
    return true
  }

  #computed(opcode: number, prefix: Prefix): Vector | undefined {
    const same = !this.isMemory && this.#registerNumber() === this.#otherNumber()
    const isInteger = prefix === Prefix.operand
    // a register against itself
    if (same && ((isInteger && (opcode === 0xef || (opcode >= 0xf8 && opcode <= 0xfb))) || opcode === 0x57)) return ZERO
    if (same && isInteger && opcode >= 0x74 && opcode <= 0x76) return vectorOf([ONES, ONES, ONES, ONES], 4, false)
    const immediate = this.code[this.next - 1]!
    return this.#made(opcode === 0x70, 16, (a, b) => combined(opcode, prefix, immediate, a, b))
  }

  /** What an operation makes of the first operand (of the second one only: `onSource`) and of `size` bytes of the second one. */
  #made(onSource: boolean, size: number, operation: (a: Vector, b: Vector) => Vector | undefined): Vector | undefined {
    const register = this.#register()
    if (register === undefined && !onSource && this.isMemory) return undefined
    const source = this.#source(size)
    const detected = source?.detected === true || (!onSource && register?.detected === true)
    const known = isKnown(source) && (onSource || isKnown(register))
    const result = known ? operation(register ?? ZERO, source) : undefined
    if (result === undefined) return unknownOf(onSource ? source : register, source)
    return { bytes: result.bytes, detected }
  }

  /** PSLLW to PSRLDQ with an immediate: what the second operand becomes. */
  #shifted(opcode: number): Vector | undefined {
    const vector = this.#vector(this.#otherNumber())
    if (!isKnown(vector)) return vector
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

  /** An instruction behind 0F 38 on vectors whose operands are decoded. */
  protected sse38(opcodeAt: number, opcode: number): void {
    if (opcode === 0x17) {
      this.state.flags = undefined // PTEST
      return
    }
    const isInteger = this.#prefixOf(opcodeAt) === Prefix.operand
    // PMOVSX, PMOVZX: 8, 4 or 2 bytes of the second operand
    const widens = (opcode & 0xe8) === 0x20 && (opcode & 7) < 6
    this.#set(this.#made(widens, widens ? 8 : 16, (a, b) => (isInteger ? combined38(opcode, a, b) : undefined)))
  }

  /** An instruction behind 0F 3A on vectors whose operands are decoded. */
  protected sse3a(opcodeAt: number, opcode: number): void {
    const immediate = this.code[this.next - 1]!
    const isInteger = this.#prefixOf(opcodeAt) === Prefix.operand
    if (opcode >= 0x14 && opcode <= 0x17) {
      // PEXTRB, PEXTRW, PEXTRD, PEXTRQ, EXTRACTPS
      const size = opcode === 0x14 ? 1 : opcode === 0x15 ? 2 : opcode === 0x16 && (this.rex & 8) !== 0 ? 8 : 4
      const offset = (immediate * size) & 15
      this.write(this.#elementOf(this.#register(), offset, size), this.isMemory ? size : 8)
      return
    }
    if (opcode >= 0x60 && opcode <= 0x63) {
      // PCMPESTRM to PCMPISTRI
      this.state.registers[Register.rcx] = undefined
      this.state.flags = undefined
      this.#assign(0, undefined)
    } else if (opcode === 0x20 || opcode === 0x22) this.#insert(opcode === 0x20 ? 1 : (this.rex & 8) !== 0 ? 8 : 4, immediate)
    else this.#set(this.#made(false, 16, (a, b) => (isInteger ? combined3a(opcode, immediate, a, b) : undefined)))
  }

  /** PINSRB, PINSRD, PINSRQ: `size` bytes of a general register or of memory become an element. */
  #insert(size: number, index: number): void {
    const register = this.#register()
    const value = this.read(this.isMemory || size === 8 ? size : 4)
    this.used_(value)
    const element = exactly(value && certainly(value))
    if (!isKnown(register) || element === undefined) {
      this.#set(unknownOf(register, vectorWith(value)))
      return
    }
    const elements = elementsOf(register, size)
    elements[index & (16 / size - 1)] = element
    this.#set(vectorOf(elements, size, register.detected || value!.detected))
  }

  /** Instructions with three operands: no vector is known any more. */
  protected forgetVectors(): void {
    if (this.state.vectors === noVectors) return
    this.leaksAnywhere ||= this.state.vectors.some((vector) => vector?.detected === true)
    this.state.vectors = noVectors
  }

  // ---- operands

  #prefixOf(opcodeAt: number): Prefix {
    let prefix: Prefix = Prefix.none
    for (let at = this.at; at < opcodeAt; at++) {
      const byte = this.code[at]!
      if (byte === Prefix.rep || byte === Prefix.repne || (byte === Prefix.operand && prefix === Prefix.none)) prefix = byte
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

  /** Of several places that are known, the pointers that they hold may be copied: rows of a table of functions. */
  #useRows(place: Value | undefined, size: number): void {
    if (place === undefined || !isExact(place)) return
    for (const at of addressesIn(place)) for (let offset = 0; offset < size; offset += 8) this.used_(this.outside.load(at + offset, 8))
  }

  /** The second operand: a register, or `size` bytes of memory. */
  #source(size: number): Vector | undefined {
    if (!this.isMemory) return this.#vector(this.#otherNumber())
    const place = this.memoryAddress
    if (place === undefined || (place.base === plain && singleAddress(place) === undefined)) {
      this.#useRows(place, size)
      return this.tracesOrigins ? vectorWith(this.read(4)) : undefined
    }
    const elements: bigint[] = []
    const parts: Value[] = []
    let detected = false
    let known = true
    let isClean = true
    for (let offset = 0; offset < size; offset += 4) {
      const value = this.#at(offset, () => this.read(4))
      // what is not known beside it may be what a check found out as well
      parts.push(value?.detected === true && !this.#isOfSlotBelow(place, offset) ? value : anything)
      if (value?.detected === true) detected = true
      const exact = exactly(value && certainly(value))
      if (exact === undefined) {
        known = false
        isClean &&= value?.base === clean
      }
      elements.push(exact ?? 0n)
      if (!known && !detected && !isClean && offset === 0) return undefined
    }
    if (known) return vectorOf(elements, 4, detected)
    if (detected) return copiedVector(parts)
    return isClean ? cleanVector : undefined
  }

  /** Is what is read `offset` bytes behind a place in the frame the upper half of what was stored below it, if that has eight bytes at all? */
  #isOfSlotBelow(place: Value, offset: number): boolean {
    const at = place.base === Register.rsp ? singleOffset(place) : undefined
    return at !== undefined && this.state.memory.get(slotKey(at + offset)) === undefined
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
      this.#at(offset, () => this.write(isCopied(vector) ? vector.parts[offset >> 2] : isKnown(vector) ? valueOf(vector, offset, 4) : this.#numberOf(vector, false), 4))
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
    this.used_(value) // what is stored of a vector is no address any more
    const exact = exactly(value && certainly(value))
    if (exact !== undefined) return vectorOf([exact], 8, value!.detected)
    return vectorWith(value)
  }

  /** What an integer holds that is made of a vector which is not looked into. Floating-point numbers (`isFloat`) are nothing that a check finds out. */
  #numberOf(vector: Vector | undefined, isFloat: boolean): Value | undefined {
    if (vector?.detected === true) return anything
    return this.tracesOrigins && (isFloat || vector !== undefined) ? untouched : undefined
  }

  #toGeneral(size: number): Value | undefined {
    return this.#elementOf(this.#register(), 0, size)
  }

  #elementOf(vector: Vector | undefined, offset: number, size: number): Value | undefined {
    return isKnown(vector) ? valueOf(vector, offset, size) : this.#numberOf(vector, false)
  }

  #lowHalf(vector: Vector | undefined): Vector | undefined {
    if (isCopied(vector)) return unknownFlags
    return !isKnown(vector) ? vector : vectorOf([elementsOf(vector, 8)[0]!], 8, vector.detected)
  }

  #joined(low: bigint | undefined, high: bigint | undefined, a: Vector | undefined, b: Vector | undefined): Vector | undefined {
    if (low !== undefined && high !== undefined) return vectorOf([low, high], 8, a?.detected === true || b?.detected === true)
    return unknownOf(a, b)
  }
}

/** What is known of it, where others (an environment variable) may have a say as well: see `Value`. */
function certainly(value: Value): Value {
  return value.partial === true && value.words.length === 2 ? certain(value) : value
}

/** Opcodes behind 0F whose first operand is a vector that they write; those of moves apart. */
function writesVector(opcode: number): boolean {
  if (opcode === 0x2e || opcode === 0x2f) return false
  if (opcode === 0x14 || opcode === 0x15 || opcode === 0x2a) return true
  if (opcode >= 0x51 && opcode <= 0x70) return true
  return (opcode >= 0x74 && opcode <= 0x76) || opcode === 0x7c || opcode === 0x7d || opcode === 0xc2 || opcode === 0xc4 || opcode === 0xc6 || opcode >= 0xd0
}
