import { describe, expect, it } from 'vitest'
import { findDisplacements } from '../../../../src/formats/elf/cpu/x86/code/displacements.ts'
import type { Program } from '../../../../src/formats/elf/cpu/x86/code/program.ts'
import { CodeAddresses } from '../../../../src/formats/elf/cpu/program/code-addresses.ts'
import type { MappedRange } from '../../../../src/formats/elf/read/address-space.ts'
import { Places } from '../../../../src/formats/elf/cpu/program/places.ts'

/** A sequence that is the same each time: xorshift. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    yield state >>> 0
  }
}

describe('addresses of code as bits', () => {
  const rangeAt = (address: number, size: number): MappedRange => ({ address, size, offset: 0, executable: true, writable: false, name: '.text' })
  const code = [rangeAt(0x1000, 0x40), rangeAt(0x2000, 0x1234), rangeAt(0x8_0000_0000, 0x300)]

  it('says what a sorted list says', () => {
    const random = numbers(1)
    const addresses = new CodeAddresses(code)
    const added = new Set<number>()
    for (let count = 0; count < 400; count++) {
      const { address, size } = code[random.next().value % 3]!
      const place = address + (random.next().value % size)
      addresses.add(place)
      added.add(place)
    }
    const sorted = [...added].sort((a, b) => a - b)
    expect([...addresses.sorted()]).toEqual(sorted)
    for (const { address: start, size } of code) {
      for (let at = start; at < start + size; at++) {
        expect(addresses.has(at)).toBe(added.has(at))
        expect(addresses.indexOf(at)).toBe(sorted.indexOf(at))
        const from = Math.max(start, at - (random.next().value % 300))
        expect(addresses.lastIn(from, at)).toBe(sorted.findLast((place) => place >= from && place <= at) ?? -1)
      }
    }
    expect(addresses.has(0x1040)).toBe(false)
    expect(addresses.lastIn(0x1040, 0x1041)).toBe(-1)
  })
})

describe('places in memory', () => {
  it('hold what a map holds, in order', () => {
    const random = numbers(2)
    const places = new Places<number>()
    const map = new Map<number, number>()
    for (let count = 0; count < 2000; count++) {
      const key = random.next().value % 97
      if (random.next().value % 3 === 0 && map.has(key)) {
        places.remove(places.indexFrom(key), 1)
        map.delete(key)
      } else {
        places.set(key, count)
        map.set(key, count)
      }
      expect(places.keys).toEqual([...map.keys()].sort((a, b) => a - b))
    }
    for (const [key, value] of map) expect(places.get(key)).toBe(value)
  })
})

describe('displacements in code', () => {
  it('are found where a loop over all bytes finds them', () => {
    const random = numbers(3)
    const code = Uint8Array.from({ length: 20_000 }, () => [0, 0, 0x80, 0x87, 0x12, 0x01][random.next().value % 6]!)
    const view = new DataView(code.buffer)
    const wanted = [0x80, 0x87, 0x100, 0x1_0000, 0x12_0087, 0x0100_0000, 0x7fff_ffff]
    const expected = new Set<string>()
    for (let at = 1; at + 4 <= code.length; at++) if ((code[at - 1]! & 0xc0) === 0x80 && wanted.includes(view.getInt32(at, true))) expected.add(`${view.getInt32(at, true)} ${0x5000 + at}`)
    const found = new Set<string>()
    const program = { image: { code: [{ address: 0x5000, offset: 0, size: code.length }] }, codeAt: () => ({ code, view, base: 0x5000 }) } as unknown as Program
    findDisplacements(program, wanted, (displacement, address) => found.add(`${displacement} ${address}`))
    expect(expected.size).toBeGreaterThan(20)
    expect(found).toEqual(expected)
  })

  it('behind R12 are found, and none behind RSP or with an index', () => {
    const displacement = [0xe4, 0x75, 0, 0]
    const instructions = [
      [0x41, 0x83, 0xbc, 0x24, ...displacement, 0], // cmp dword [r12 + 0x75e4], 0
      [0x45, 0x0f, 0xb6, 0x84, 0x24, ...displacement], // movzx r8d, byte [r12 + 0x75e4]
      [0x83, 0xbc, 0x24, ...displacement, 0], // cmp dword [rsp + 0x75e4], 0
      [0x43, 0x83, 0x7c, 0x24, 0x10, 0, 0x8b, 0x04, 0x0c, ...displacement], // none
    ]
    const code = Uint8Array.from(instructions.flat())
    const program = { image: { code: [{ address: 0x5000, offset: 0, size: code.length }] }, codeAt: () => ({ code, view: new DataView(code.buffer), base: 0x5000 }) } as unknown as Program
    const found: number[] = []
    findDisplacements(program, [0x75e4], (_, address) => found.push(address))
    expect(found).toEqual([0x5004, 0x5000 + 9 + 5])
  })
})
