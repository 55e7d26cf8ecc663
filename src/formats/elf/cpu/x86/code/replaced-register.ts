/** Is `register` given another value, whatever it held? By MOV, LEA, MOVZX, MOVSX, POP, or XOR with itself. */
export function replaces(code: Uint8Array, start: number, register: number): boolean {
  const rex = (code[start]! & 0xf0) === 0x40 ? code[start]! : 0
  const at = rex === 0 ? start : start + 1
  const byte = code[at]!
  const named = (byte & 7) | ((rex & 1) << 3)
  if ((byte & 0xf8) === 0xb8 || (byte & 0xf8) === 0x58) return named === register
  const isExtension = byte === 0x0f && (code[at + 1]! & 0xf6) === 0xb6
  const modrm = code[isExtension ? at + 2 : at + 1]!
  const sib = code[isExtension ? at + 3 : at + 2]!
  const first = ((modrm >> 3) & 7) | ((rex & 4) << 1)
  const other = (modrm & 7) | ((rex & 1) << 3)
  if (byte === 0x31 || byte === 0x33) return modrm >= 0xc0 && first === register && other === register
  if (byte === 0xc7) return modrm >= 0xc0 && other === register
  if (byte !== 0x8b && byte !== 0x8d && byte !== 0x63 && !isExtension) return byte === 0x89 && modrm >= 0xc0 && other === register && first !== register
  if (first !== register) return false
  if (modrm >= 0xc0) return other !== register
  if ((modrm & 7) !== 4) return (modrm & 0xc7) === 5 || other !== register
  return ((sib & 7) | ((rex & 1) << 3)) !== register && (((sib >> 3) & 7) | ((rex & 2) << 2)) !== register
}
