import { LimitError, UnsupportedError } from '../../../../core/errors.ts'
import type { Section, WasmModule } from '../../read/module.ts'
import { WasmCursor } from '../../read/wasm-cursor.ts'
import { concat } from '../../write/concat.ts'
import { leb } from '../../write/leb128.ts'
import { headerSize, section, sectionBytes } from '../../write/section.ts'

/** Bytes of a function body that others take the place of. */
export interface BodyEdit {
  readonly start: number
  /** `start` to insert. */
  readonly end: number
  /** Scratch locals that the new bytes need. They hold nothing before and after. */
  readonly scratch: number
  /** @param local index of a scratch local, as LEB128 */
  write(local: (which: number) => Uint8Array): readonly Uint8Array[]
}

/** Functions of one type that are put behind all others, so that no index changes. */
export interface AddedFunctions {
  /** Encoded, with its form byte. */
  readonly type: Uint8Array
  /** Locals, instructions and `end`, without the size. */
  readonly bodies: readonly Uint8Array[]
}

/** Engines take no more in a function. */
const maxLocals = 50_000

const [typeSection, functionSection, codeSection] = [1, 3, 10]

const nothingAdded: AddedFunctions = { type: new Uint8Array(), bodies: [] }

/** Advice about places in the code (branch hints): an engine that does not get it runs the same program. */
const hints = /^metadata\.code\./

/** These hold offsets into the code as well, and are more than advice. */
const positional = /^(reloc\.|\.debug_)/

/**
 * The module with bytes of its functions replaced. Functions without edits stay byte for byte; hints, which would point
 * at other instructions than before, go.
 *
 * @param edits by function index, in the order of their offsets
 * @param scratchType encoded value type of the scratch locals
 * @param added what edits may call, by the indices that follow those of the module's own functions
 * @throws UnsupportedError when a custom section holds offsets into the code
 */
export function editBodies(
  module: WasmModule,
  edits: ReadonlyMap<number, readonly BodyEdit[]>,
  scratchType: number,
  added: AddedFunctions = nothingAdded,
): Uint8Array {
  if (edits.size === 0) return module.bytes
  const { bytes, bodies } = module
  const bound = module.sections.find(({ customName }) => customName !== undefined && positional.test(customName))
  if (bound !== undefined) throw new UnsupportedError(`${bound.customName} holds offsets into code that is to change`)
  const parts: Uint8Array[] = [leb(bodies.count + added.bodies.length)]
  for (let i = 0; i < bodies.count; i++) {
    const found = edits.get(module.importedFunctions + i)
    if (found === undefined) {
      parts.push(bytes.subarray(bodies.entryStart[i]!, bodies.bodyEnd[i]!))
      continue
    }
    const body = editedBody(module, i, found, scratchType)
    parts.push(leb(body.length), body)
  }
  for (const body of added.bodies) parts.push(leb(body.length), body)
  const code = concat(parts)
  const rewritten = (old: Section): Uint8Array => {
    if (old.id === codeSection) return section(codeSection, code)
    if (added.bodies.length > 0 && old.id === typeSection) return longer(module, old, [added.type])
    if (added.bodies.length > 0 && old.id === functionSection) return longer(module, old, added.bodies.map(() => leb(module.types.length)))
    return sectionBytes(module, old)
  }
  const kept = module.sections.filter(({ customName }) => customName === undefined || !hints.test(customName))
  return concat([bytes.subarray(0, headerSize), ...kept.map(rewritten)])
}

/** A section that is a list, with more at its end. */
function longer({ bytes }: WasmModule, { id, contents, end }: Section, more: readonly Uint8Array[]): Uint8Array {
  const cursor = new WasmCursor(bytes, 0, contents, end)
  const count = cursor.u32('count')
  return section(id, concat([leb(count + more.length), bytes.subarray(cursor.offset, end), ...more]))
}

function editedBody(module: WasmModule, index: number, edits: readonly BodyEdit[], scratchType: number): Uint8Array {
  const { bytes, bodies } = module
  const [start, codeStart, end] = [bodies.bodyStart[index]!, bodies.codeStart[index]!, bodies.bodyEnd[index]!]
  const type = module.types[module.functionTypes[module.importedFunctions + index]!]!
  const params = type.kind === 'function' ? type.params.length : 0
  const { groups, groupsStart, locals } = declaredLocals(bytes, start, codeStart)
  const scratch = edits.reduce((most, edit) => Math.max(most, edit.scratch), 0)
  if (params + locals + scratch > maxLocals) throw new LimitError(`a function has too many locals for ${scratch} more`, { offset: start })
  const local = (which: number): Uint8Array => leb(params + locals + which)
  const parts: Uint8Array[] = [leb(groups + (scratch > 0 ? 1 : 0)), bytes.subarray(groupsStart, codeStart)]
  if (scratch > 0) parts.push(leb(scratch), Uint8Array.of(scratchType))
  let from = codeStart
  for (const edit of edits) {
    parts.push(bytes.subarray(from, edit.start), ...edit.write(local))
    from = edit.end
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
