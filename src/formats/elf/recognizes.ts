import { isArchive } from './read/archive.ts'

/** By the magic number; static archives by a member that has it. */
export function recognizesElf(path: string, head: Uint8Array): boolean {
  return isElf(head) || (path.endsWith('.a') && isArchive(head) && holdsElf(head))
}

function isElf(head: Uint8Array): boolean {
  return head.length >= 4 && head[0] === 0x7f && head[1] === 0x45 && head[2] === 0x4c && head[3] === 0x46
}

/** Archives of other systems look the same: an ELF member must begin in the head, behind a member header's end. */
function holdsElf(head: Uint8Array): boolean {
  return Buffer.from(head.buffer, head.byteOffset, head.byteLength).includes('`\n\x7fELF', 8, 'latin1')
}
