import type { Rule } from '../../../core/format.ts'
import type { WasmDetail } from '../detail.ts'
import type { WasmModule } from '../read/module.ts'

/** Less is noise. */
const worthTelling = 1024

export const duplicateFunctions: Rule<WasmDetail> = {
  id: 'wasm/duplicate-functions',
  help: 'Functions of one type whose bodies are the same to the byte: generic code that was compiled once for each of its uses.',
  *check({ detail, path }) {
    for (const module of detail.modules) {
      const { functions, bytes } = countDuplicates(module)
      if (bytes < worthTelling) continue
      yield {
        severity: 'info',
        message: `${functions} functions (${bytes} bytes) are copies of others`,
        advice: 'Run wasm-opt over the module (--duplicate-function-elimination)',
        data: { functions, bytes },
        location: { path },
        wastedBytes: bytes,
        fix: { transform: 'wasm/optimize' },
      }
    }
  },
}

/** Bodies are told apart by type, length and hash, then compared: a chain of collisions is cut, not walked. */
function countDuplicates(module: WasmModule): { functions: number; bytes: number } {
  const { bytes, bodies, functionTypes, importedFunctions } = module
  const seen = new Map<number, number[]>()
  let functions = 0
  let duplicateBytes = 0
  for (let i = 0; i < bodies.count; i++) {
    const start = bodies.bodyStart[i]!
    const end = bodies.bodyEnd[i]!
    if (end - start < 16) continue
    const key = hash(bytes, start, end, functionTypes[importedFunctions + i]!)
    const others = seen.get(key)
    if (others === undefined) {
      seen.set(key, [i])
      continue
    }
    const same = others.some(
      (other) =>
        functionTypes[importedFunctions + other] === functionTypes[importedFunctions + i] &&
        equal(bytes, bodies.bodyStart[other]!, bodies.bodyEnd[other]!, start, end),
    )
    if (same) {
      functions++
      duplicateBytes += bodies.bodyEnd[i]! - bodies.entryStart[i]!
    } else if (others.length < 8) {
      others.push(i)
    }
  }
  return { functions, bytes: duplicateBytes }
}

/** FNV-1a, 32 bits. */
function hash(bytes: Uint8Array, start: number, end: number, seed: number): number {
  let value = 0x811c9dc5 ^ seed
  for (let at = start; at < end; at++) value = Math.imul(value ^ bytes[at]!, 0x01000193)
  return value >>> 0
}

function equal(bytes: Uint8Array, start: number, end: number, otherStart: number, otherEnd: number): boolean {
  if (end - start !== otherEnd - otherStart) return false
  for (let at = start; at < end; at++) if (bytes[at] !== bytes[otherStart + at - start]) return false
  return true
}
