import { LimitError } from '../../../../core/errors.ts'
import { readFunctionCode } from '../code-walker.ts'
import { limits } from '../limits.ts'
import type { DefinedType, FunctionBodies } from '../module.ts'
import type { ModuleReader } from '../module-reader.ts'
import { readValueType } from '../value-type.ts'

export const noBodies: FunctionBodies = emptyBodies(0)

function emptyBodies(count: number): FunctionBodies {
  return {
    count,
    entryStart: new Uint32Array(count),
    bodyStart: new Uint32Array(count),
    codeStart: new Uint32Array(count),
    bodyEnd: new Uint32Array(count),
  }
}

/**
 * @param functionTypes type index by function index
 * @param imported number of imported functions
 */
export function readCodeSection(
  reader: ModuleReader,
  types: readonly DefinedType[],
  functionTypes: Uint32Array,
  imported: number,
): FunctionBodies {
  const { cursor } = reader
  const at = cursor.offset
  const count = cursor.count('code section', 3, limits.functions)
  const declared = functionTypes.length - imported
  if (count !== declared) cursor.fail(`code section: ${count} bodies for ${declared} functions`, at)
  const bodies = emptyBodies(count)
  for (let i = 0; i < count; i++) {
    bodies.entryStart[i] = cursor.offset
    const size = cursor.u32('size of a function')
    const start = cursor.offset
    if (size > cursor.end - start) cursor.fail(`function ${imported + i}: ${size} bytes do not fit into the section`, start)
    const end = start + size
    reader.enter('function', imported + i)
    const type = types[functionTypes[imported + i]!]!
    const params = type.kind === 'function' ? type.params.length : 0
    const sectionEnd = cursor.end
    cursor.end = end
    const locals = params + readLocals(reader)
    cursor.end = sectionEnd
    bodies.bodyStart[i] = start
    bodies.codeStart[i] = cursor.offset
    bodies.bodyEnd[i] = end
    readFunctionCode(reader, end, locals)
  }
  return bodies
}

/** Runs of locals of one type. Returns how many there are. */
function readLocals(reader: ModuleReader): number {
  const { cursor } = reader
  const runs = cursor.count('locals', 2, limits.locals)
  let locals = 0
  for (let i = 0; i < runs; i++) {
    const at = cursor.offset
    locals += cursor.u32('number of locals')
    if (locals > limits.locals) {
      throw new LimitError(`${locals} locals, engines take ${limits.locals}`, { offset: cursor.base + at })
    }
    readValueType(reader)
  }
  return locals
}
