import { MalformedError } from '../../../core/errors.ts'

/** A file inside a static archive. */
export interface ArchiveMember {
  /** Empty for the symbol table and the table of long names. */
  readonly name: string
  /** File space: of the contents, behind the header of 60 bytes. */
  readonly offset: number
  readonly size: number
}

const magic = '!<arch>\n'
const headerSize = 60

/** Does the file begin as `ar` archives do? Thin archives (`!<thin>`) hold no contents and are none of ours. */
export function isArchive(head: Uint8Array): boolean {
  return head.length >= 8 && latin1(head, 0, 8) === magic
}

/**
 * The members of a static archive (System V and GNU format, and BSD's long names), in file order.
 * @throws MalformedError
 */
export function readArchive(bytes: Uint8Array): ArchiveMember[] {
  const members: ArchiveMember[] = []
  let longNames: { offset: number; size: number } | undefined
  for (let at = magic.length; at + headerSize <= bytes.length; ) {
    if (bytes[at + 58] !== 0x60 || bytes[at + 59] !== 0x0a) {
      throw new MalformedError('static archive: a member header does not end as it must', { offset: at + 58 })
    }
    const text = latin1(bytes, at, at + 16).trimEnd()
    const size = Number(latin1(bytes, at + 48, at + 58).trim() || 'NaN')
    const offset = at + headerSize
    if (!Number.isInteger(size) || size < 0 || size > bytes.length - offset) {
      throw new MalformedError(`static archive: member ${text} does not lie inside the file`, { offset: at + 48 })
    }
    if (text === '//') longNames = { offset, size }
    members.push(named(bytes, text, offset, size, longNames))
    at = offset + size + (size % 2)
  }
  return members
}

function named(
  bytes: Uint8Array,
  text: string,
  offset: number,
  size: number,
  longNames: { offset: number; size: number } | undefined,
): ArchiveMember {
  if (text === '/' || text === '//' || text === '/SYM64/' || text.startsWith('__.SYMDEF')) return { name: '', offset, size }
  const bsd = /^#1\/(\d+)$/.exec(text)
  if (bsd !== null) {
    const length = Math.min(Number(bsd[1]), size)
    const name = latin1(bytes, offset, offset + length).replace(/\0+$/, '')
    return { name: name.startsWith('__.SYMDEF') ? '' : name, offset: offset + length, size: size - length }
  }
  const long = /^\/(\d+)$/.exec(text)
  if (long === null || longNames === undefined) return { name: text.replace(/\/$/, ''), offset, size }
  const start = longNames.offset + Math.min(Number(long[1]), longNames.size)
  const end = bytes.indexOf(0x0a, start)
  const limit = longNames.offset + longNames.size
  return { name: latin1(bytes, start, end < 0 || end > limit ? limit : end).replace(/\/$/, ''), offset, size }
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, Math.max(0, Math.min(to, bytes.length) - from)).toString('latin1')
}
