import { PT } from '../../../constants.ts'
import type { Program } from '../code/program.ts'

/** Functions that thread-local variables first hold the address of: any code may call them, and names them by a distance from FS. */
export function threadLocalPointers({ graph, image }: Program): number[] {
  const found: number[] = []
  const add = (address: number): void => {
    const index = graph.functionAt(address)
    if (index !== undefined) found.push(index)
  }
  for (const { p_type, p_vaddr, p_offset, p_filesz } of image.file.segments) {
    if (p_type !== PT.TLS || p_offset + p_filesz > image.file.bytes.byteLength) continue
    const first = Number(p_vaddr)
    for (let at = 0; at + 8 <= p_filesz; at += 8) {
      const held = image.codePointers.get(first + at)
      if (held !== undefined) add(held)
      else if (image.positionDependent && image.view.getUint32(p_offset + at + 4, true) === 0) add(image.view.getUint32(p_offset + at, true))
    }
  }
  return found
}
