import { UnsupportedError } from '../../../../core/errors.ts'
import type { IndexSpace } from '../../read/index-space.ts'
import { readModule } from '../../read/read-module.ts'
import { concat } from '../../write/concat.ts'
import { leb } from '../../write/leb128.ts'
import { withSections } from '../../write/section.ts'
import { BodyEdits } from './body-edits.ts'

const [memoryCopy, memoryFill] = [0x20a, 0x20b]
const i32Type = 0x7f
const dataCountSection = 12

// Parameters of both functions; the fill pattern is a local of 64 bits.
const [to, source, count, pattern] = [0, 1, 2, 3]

const get = (local: number): number[] => [0x20, local]
const set = (local: number): number[] => [0x21, local]
const i32 = (value: number): number[] => [0x41, value]
const [unreachable, end, add32, sub32] = [0x00, 0x0b, 0x6a, 0x6b]
/** Forward, an address goes up by as much as the count goes down. */
const up = (local: number, by: number): number[] => [...get(local), ...i32(by), add32, ...set(local)]
const down = (local: number, by: number): number[] => [...get(local), ...i32(by), sub32, ...set(local)]
const at = (local: number): number[] => [...get(local), ...get(count), add32]

/** `base + count` beyond the memory, in 64 bits, where it cannot wrap: 1, else 0. */
const beyond = (base: number): number[] => [
  ...get(base), 0xad, ...get(count), 0xad, 0x7c, // i64.extend_i32_u twice, i64.add
  0x3f, 0x00, 0xad, 0x42, 16, 0x86, 0x56, // memory.size, i64.extend_i32_u, i64.const 16, i64.shl, i64.gt_u
]
const trapIf = (condition: readonly number[]): number[] => [...condition, 0x04, 0x40, unreachable, end]

/** Repeats `step` while at least `size` bytes are left. */
const whileLeft = (size: number, step: readonly number[]): number[] => [
  0x02, 0x40, 0x03, 0x40, ...get(count), ...i32(size), 0x49, 0x0d, 1, ...step, 0x0c, 0, end, end, // block, loop, i32.lt_u, br_if 1, br 0
]

/** Loads and stores without alignment: eight bytes, and one. */
const [load64, store64, load8, store8] = [[0x29, 0, 0], [0x37, 0, 0], [0x2d, 0, 0], [0x3a, 0, 0]]

const forward = (size: number, load: readonly number[], store: readonly number[]): number[] =>
  whileLeft(size, [...get(to), ...get(source), ...load, ...store, ...up(to, size), ...up(source, size), ...down(count, size)])
const backward = (size: number, load: readonly number[], store: readonly number[]): number[] =>
  whileLeft(size, [...down(count, size), ...at(to), ...at(source), ...load, ...store])

/** As memory.copy: nothing is written when it traps, and overlapping ranges are copied as if through another place. */
const copyBody: readonly number[] = [
  0, // no locals
  ...trapIf([...beyond(to), ...beyond(source), 0x72]), // i32.or
  ...get(to), ...get(source), 0x49, 0x04, 0x40, // i32.lt_u, if
  ...forward(8, load64, store64), ...forward(1, load8, store8),
  0x05, // else
  ...backward(8, load64, store64), ...backward(1, load8, store8),
  end,
  end,
]

/** 0x0101010101010101 as signed LEB128. */
const everyByte = [0x81, 0x82, 0x84, 0x88, 0x90, 0xa0, 0xc0, 0x80, 0x01]

const fillBody: readonly number[] = [
  1, 1, 0x7e, // one i64
  ...trapIf(beyond(to)),
  ...get(source), 0x41, 0xff, 0x01, 0x71, 0xad, 0x42, ...everyByte, 0x7e, ...set(pattern), // i32.const 255, i32.and, …, i64.mul
  ...whileLeft(8, [...get(to), ...get(pattern), ...store64, ...up(to, 8), ...down(count, 8)]),
  ...whileLeft(1, [...get(to), ...get(source), ...store8, ...up(to, 1), ...down(count, 1)]),
  end,
]

/** Both take three i32. */
const type = Uint8Array.of(0x60, 3, i32Type, i32Type, i32Type, 0)

class BulkCalls extends BodyEdits {
  /** By opcode: the function to call, by its place among those that are added. */
  readonly used = new Map<number, number>()
  #first = 0
  #instruction: { readonly opcode: number; readonly start: number; indices: number } | undefined

  instruction(opcode: number, start: number): void {
    this.#instruction = opcode === memoryCopy || opcode === memoryFill ? { opcode, start, indices: opcode === memoryCopy ? 2 : 1 } : undefined
  }

  override reference(space: IndexSpace, index: number, _start: number, end: number): void {
    const found = this.#instruction
    if (found === undefined || space !== 'memory') return
    if (index !== 0) throw new UnsupportedError('copies between memories are not lowered', { offset: found.start })
    if (--found.indices > 0) return
    const which = this.used.get(found.opcode) ?? this.used.size
    this.used.set(found.opcode, which)
    this.edit({ start: found.start, end, scratch: 0, write: () => [concat([Uint8Array.of(0x10), leb(this.#first + which)])] })
  }

  lower(bytes: Uint8Array): Uint8Array {
    return this.applyTo(bytes, i32Type, (module) => {
      if (this.used.size > 0 && module.memories[0]!.is64) throw new UnsupportedError('copies in 64-bit memories are not lowered')
      this.#first = module.importedFunctions + module.bodies.count
      const bodies = [...this.used.keys()].map((opcode) => Uint8Array.from(opcode === memoryCopy ? copyBody : fillBody))
      return { type, bodies }
    })
  }
}

/**
 * Replaces memory.copy and memory.fill by calls of functions that do the same, traps included. (`wasm-opt
 * --llvm-memory-copy-fill-lowering` adds address and length in 32 bits: where that wraps, it writes and does not trap.)
 */
export function lowerCopyAndFill(bytes: Uint8Array): Uint8Array {
  const lowered = new BulkCalls().lower(bytes)
  const module = readModule(lowered)
  // Linkers write a data count whether it is needed or not.
  const bulk = module.features.find(({ feature }) => feature === 'bulk-memory')
  return bulk?.what === 'data count section' && bulk.count === 1 ? withSections(module, ({ id }) => id !== dataCountSection) : lowered
}
