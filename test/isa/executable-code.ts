/** The executable sections of an ELF file, read with nothing but the gABI's offsets: independent of the product's reader. */
export function executableSections(file: Uint8Array): { name: string; address: number; bytes: Uint8Array }[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const wide = file[4] === 2
  const little = file[5] === 1
  const word = (at: number): number => (wide ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little))
  const tableAt = word(wide ? 40 : 32)
  const entrySize = view.getUint16(wide ? 58 : 46, little)
  const count = view.getUint16(wide ? 60 : 48, little)
  const namesIndex = view.getUint16(wide ? 62 : 50, little)
  const at = (index: number): number => tableAt + index * entrySize
  const offsetOf = (index: number): number => word(at(index) + (wide ? 24 : 16))
  const sections = []
  for (let index = 0; index < count; index++) {
    const header = at(index)
    const type = view.getUint32(header + 4, little)
    const flags = word(header + 8)
    if (type !== 1 || (flags & 4) === 0) continue
    const size = word(header + (wide ? 32 : 20))
    const nameAt = offsetOf(namesIndex) + view.getUint32(header, little)
    const name = Buffer.from(file.subarray(nameAt, file.indexOf(0, nameAt))).toString('latin1')
    const offset = offsetOf(index)
    sections.push({ name, address: word(header + (wide ? 16 : 12)), bytes: file.subarray(offset, offset + size) })
  }
  return sections
}
