import type { WasmModule } from '../read/module.ts'
import { readModule } from '../read/read-module.ts'

const i32Const = 0x41
const call = 0x10

/**
 * The texts that a module hands to an imported function of the parameters (pointer, length), where every call names both
 * as constants and the text lies in an active data segment; undefined where one does not, or the function is taken as a
 * reference.
 */
export function textsGiven(module: WasmModule, importName: string): readonly string[] | undefined {
  const target = module.imports.find(({ kind, name }) => kind === 'function' && name === importName)
  // Offsets of segments are one constant then.
  if (target === undefined || module.features.some(({ feature }) => feature === 'extended-const')) return undefined
  const texts: string[] = []
  let unknown = false
  // The instruction at hand and the two before it, by opcode and offset.
  let [now, last, first] = [[0, 0], [0, 0], [0, 0]] as (readonly [opcode: number, offset: number])[]
  readModule(module.bytes, module.base, {
    enter() {
      ;[now, last, first] = [[0, 0], [0, 0], [0, 0]]
    },
    instruction(opcode, offset) {
      first = last
      last = now
      now = [opcode, offset]
    },
    reference(space, index) {
      if (space !== 'function' || index !== target.index) return
      const isKnown = now![0] === call && last![0] === i32Const && first![0] === i32Const
      const text = isKnown ? textAt(module, constantAt(module.bytes, first![1]), constantAt(module.bytes, last![1])) : undefined
      if (text === undefined) unknown = true
      else texts.push(text)
    },
  })
  return unknown ? undefined : texts
}

/** The value of the `i32.const` at an offset: signed LEB128, read as an address. */
function constantAt(bytes: Uint8Array, offset: number): number {
  let value = 0
  for (let shift = 0, at = offset + 1; ; shift += 7, at++) {
    const byte = bytes[at]!
    value |= (byte & 0x7f) << shift
    if (byte >= 0x80) continue
    const width = shift + 7
    return (width < 32 && (byte & 0x40) !== 0 ? value | (-1 << width) : value) >>> 0
  }
}

function textAt(module: WasmModule, address: number, length: number): string | undefined {
  for (const { mode, memory, offset, contents } of module.data) {
    if (mode !== 'active' || memory !== 0 || offset === undefined || module.bytes[offset.start] !== i32Const) continue
    const start = address - constantAt(module.bytes, offset.start)
    if (start < 0 || start + length > contents.end - contents.start) continue
    return new TextDecoder().decode(module.bytes.subarray(contents.start + start, contents.start + start + length))
  }
  return undefined
}
