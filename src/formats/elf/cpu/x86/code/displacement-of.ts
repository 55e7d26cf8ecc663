/** The displacement of an operand in memory that is not on the stack, and no variable. */
export function displacementOf(code: Uint8Array, view: DataView, modrmAt: number, rex: number): number | undefined {
  const modrm = code[modrmAt]!
  const mod = modrm >> 6
  const hasSib = (modrm & 7) === 4
  const baseIsStack = hasSib && (rex & 1) === 0 && (code[modrmAt + 1]! & 7) === 4 // else R12
  if (mod === 3 || baseIsStack || (mod === 0 && (modrm & 7) === 5)) return undefined
  const displacementAt = modrmAt + (hasSib ? 2 : 1)
  return mod === 0 ? 0 : mod === 1 ? view.getInt8(displacementAt) : view.getInt32(displacementAt, true)
}
