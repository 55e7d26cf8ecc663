import { LimitError, UnsupportedError } from '../../../core/errors.ts'
import type { WasmModule } from '../read/module.ts'
import type { ModuleVisitor } from '../read/module-reader.ts'
import { readModule } from '../read/read-module.ts'
import { WasmCursor } from '../read/wasm-cursor.ts'
import { concat } from '../write/concat.ts'
import { leb } from '../write/leb128.ts'
import { headerSize, section, sectionBytes } from '../write/section.ts'

/** Instructions that stand for one that has no immediates. */
export interface Replacement {
  /** Scratch locals that it needs. They hold nothing before and after. */
  readonly scratch: number
  /** @param local index of a scratch local, as LEB128 */
  write(local: (which: number) => Uint8Array): readonly Uint8Array[]
}

/** Replacements whose scratch locals have one type. */
export interface ReplacementSet {
  /** Encoded value type of the scratch locals. */
  readonly scratchType: number
  /** By opcode, as in `read/opcodes.ts`. */
  readonly byOpcode: ReadonlyMap<number, Replacement>
}

export const localGet = (local: Uint8Array): Uint8Array => concat([Uint8Array.of(0x20), local])
export const localSet = (local: Uint8Array): Uint8Array => concat([Uint8Array.of(0x21), local])
export const localTee = (local: Uint8Array): Uint8Array => concat([Uint8Array.of(0x22), local])

/** Engines take no more in a function. */
const maxLocals = 50_000

interface Site {
  readonly replacement: Replacement
  readonly start: number
  readonly end: number
}

class Sites implements ModuleVisitor {
  /** By function index. */
  readonly found = new Map<number, Site[]>()
  readonly #bytes: Uint8Array
  readonly #set: ReplacementSet
  #function = -1

  constructor(bytes: Uint8Array, set: ReplacementSet) {
    this.#bytes = bytes
    this.#set = set
  }

  enter(kind: Parameters<NonNullable<ModuleVisitor['enter']>>[0], index: number): void {
    this.#function = kind === 'function' ? index : -1
  }

  reference(): void {
    // Indices do not change.
  }

  instruction(opcode: number, start: number): void {
    const replacement = this.#set.byOpcode.get(opcode)
    if (replacement === undefined) return
    // A prefix byte, then the number as LEB128.
    let end = start + 1
    if (opcode > 0xff) while (this.#bytes[end++]! >= 0x80) continue
    const site = { replacement, start, end }
    const sites = this.found.get(this.#function)
    if (sites === undefined) this.found.set(this.#function, [site])
    else sites.push(site)
  }
}

/**
 * The module with every instruction of the set replaced. Functions without any stay byte for byte.
 *
 * @throws UnsupportedError when a custom section holds offsets into the code
 */
export function replaceInstructions(bytes: Uint8Array, set: ReplacementSet): Uint8Array {
  const sites = new Sites(bytes, set)
  const module = readModule(bytes, 0, sites)
  if (sites.found.size === 0) return bytes
  const positional = module.sections.find(({ customName }) => customName !== undefined && /^(metadata\.code\.|reloc\.|\.debug_)/.test(customName))
  if (positional !== undefined) throw new UnsupportedError(`${positional.customName} holds offsets into code that is to change`)
  const { bodies } = module
  const parts: Uint8Array[] = [leb(bodies.count)]
  for (let i = 0; i < bodies.count; i++) {
    const found = sites.found.get(module.importedFunctions + i)
    if (found === undefined) {
      parts.push(bytes.subarray(bodies.entryStart[i]!, bodies.bodyEnd[i]!))
      continue
    }
    const body = replacedBody(module, i, found, set.scratchType)
    parts.push(leb(body.length), body)
  }
  const code = concat(parts)
  return concat([
    bytes.subarray(0, headerSize),
    ...module.sections.map((old) => (old.id === 10 ? section(10, code) : sectionBytes(module, old))),
  ])
}

function replacedBody(module: WasmModule, index: number, sites: readonly Site[], scratchType: number): Uint8Array {
  const { bytes, bodies } = module
  const [start, codeStart, end] = [bodies.bodyStart[index]!, bodies.codeStart[index]!, bodies.bodyEnd[index]!]
  const type = module.types[module.functionTypes[module.importedFunctions + index]!]!
  const params = type.kind === 'function' ? type.params.length : 0
  const { groups, groupsStart, locals } = declaredLocals(bytes, start, codeStart)
  const scratch = Math.max(...sites.map(({ replacement }) => replacement.scratch))
  if (params + locals + scratch > maxLocals) throw new LimitError(`a function has too many locals for ${scratch} more`, { offset: start })
  const local = (which: number): Uint8Array => leb(params + locals + which)
  const parts: Uint8Array[] = [leb(groups + (scratch > 0 ? 1 : 0)), bytes.subarray(groupsStart, codeStart)]
  if (scratch > 0) parts.push(leb(scratch), Uint8Array.of(scratchType))
  let from = codeStart
  for (const site of sites) {
    parts.push(bytes.subarray(from, site.start), ...site.replacement.write(local))
    from = site.end
  }
  parts.push(bytes.subarray(from, end))
  return concat(parts)
}

/** The declarations between a body's start and its code: how many groups, and how many locals they make. */
function declaredLocals(bytes: Uint8Array, start: number, codeStart: number): { groups: number; groupsStart: number; locals: number } {
  const cursor = new WasmCursor(bytes, 0, start, codeStart)
  const groups = cursor.u32('locals')
  const groupsStart = cursor.offset
  let locals = 0
  for (let i = 0; i < groups; i++) {
    locals += cursor.u32('locals')
    const type = cursor.u8('type')
    if (type === 0x63 || type === 0x64) cursor.s33('heap type')
  }
  return { groups, groupsStart, locals }
}
