import { findBytes } from './find-bytes.ts'
import type { Recognizer } from './payload.ts'

/** First word of a preparation blob (Node.js, src/node_sea.cc). */
const blobMagic = 0x0143da20

/** Flags of the blob, by bit. */
const flagNames = ['no experimental warning', 'snapshot', 'code cache', 'assets', 'execArgv']

/** Node single executable application: postject puts the blob into a note of the owner NODE_SEA_BLOB. */
export const nodeSea: Recognizer = ({ file, notes }) => {
  const note = notes.find((candidate) => candidate.owner === 'NODE_SEA_BLOB')
  const reader = note?.description ?? blobByMagic(file)
  if (reader === undefined) return undefined
  const bytes = reader.bytes
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const isBlob = bytes.length >= 16 && view.getUint32(0, true) === blobMagic
  const flags = isBlob ? view.getUint32(4, true) : 0
  const having = flagNames.filter((_, bit) => (flags & (1 << bit)) !== 0)
  return {
    kind: 'node-sea',
    offset: reader.base,
    size: reader.size,
    description: `Node single executable application${having.length > 0 ? ` (${having.join(', ')})` : ''}: JavaScript, not analysed`,
    hidesCode: false,
  }
}

/** LIEF, which postject uses, writes notes that other readers stumble over: then the owner's name is looked for. */
function blobByMagic(file: Parameters<Recognizer>[0]['file']): ReturnType<typeof file.reader.window> | undefined {
  if (!file.segments.some((segment) => segment.p_type === 4 && segment.p_filesz > 0)) return undefined
  for (const segment of file.segments) {
    if (segment.p_type !== 4 || segment.p_offset + segment.p_filesz > file.bytes.byteLength) continue
    const at = findBytes(file.bytes, 'NODE_SEA_BLOB\0', segment.p_offset, segment.p_offset + segment.p_filesz)
    if (at < 12) continue
    const size = file.reader.view.getUint32(at - 8, file.littleEndian)
    const from = at + 16
    if (from + size <= file.bytes.byteLength) return file.reader.window(from, size, 'NODE_SEA_BLOB')
  }
  return undefined
}
