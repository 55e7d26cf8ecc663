import type { ByteReader } from '../../../bytes/byte-reader.ts'
import { MalformedError } from '../../../core/errors.ts'
import { PF, SHT } from '../constants.ts'
import { loadSegments, windowAt } from './address-space.ts'
import type { ElfFile } from './elf-file.ts'
import { findSection, sectionContents } from './elf-file.ts'

export interface GoModule {
  readonly path: string
  readonly version: string
}

/** What `go version -m` prints. */
export interface GoBuildInfo {
  /** `go1.26.5`. */
  readonly goVersion: string
  /** Import path of the main package. */
  readonly path: string | undefined
  readonly main: GoModule | undefined
  readonly modules: readonly GoModule[]
  /** Build settings: GOOS, CGO_ENABLED, -ldflags, vcs.revision, … */
  readonly settings: Readonly<Record<string, string>>
}

const magic = Buffer.from('\xff Go buildinf:', 'latin1')

/** Reads the build information block (Go, debug/buildinfo). Undefined when there is none. @throws MalformedError */
export function readGoBuildInfo(file: ElfFile): GoBuildInfo | undefined {
  const block = findBlock(file)
  if (block === undefined) return undefined
  block.skip(magic.length, 'magic')
  const pointerSize = block.u8('pointer size')
  const flags = block.u8('flags')
  const [goVersion, modules] =
    (flags & 2) !== 0 ? inlineStrings(block) : pointedStrings(file, block, pointerSize, (flags & 1) === 0)
  return { goVersion, ...parseModules(stripSentinels(modules)) }
}

function findBlock(file: ElfFile): ByteReader | undefined {
  const section = findSection(file, '.go.buildinfo')
  if (section !== undefined && section.sh_type !== SHT.NOBITS) return blockIn(sectionContents(file, section))
  if (file.sections.length > 0) return undefined
  for (const segment of loadSegments(file)) {
    if ((segment.p_flags & PF.W) === 0 || segment.p_offset + segment.p_filesz > file.bytes.byteLength) continue
    const block = blockIn(file.reader.window(segment.p_offset, segment.p_filesz, 'PT_LOAD'))
    if (block !== undefined) return block
  }
  return undefined
}

function blockIn(reader: ByteReader): ByteReader | undefined {
  const at = Buffer.from(reader.bytes.buffer, reader.bytes.byteOffset, reader.size).indexOf(magic)
  return at < 0 || reader.size - at < 32 ? undefined : reader.window(at, reader.size - at, 'Go build information')
}

/** Since Go 1.18: both strings follow the 32-byte header, each with a varint length. */
function inlineStrings(block: ByteReader): [string, string] {
  block.offset = 32
  const read = (): string => {
    let length = 0
    for (let shift = 0; ; shift += 7) {
      const byte = block.u8('string length')
      length += (byte & 0x7f) * 2 ** shift
      if ((byte & 0x80) === 0) break
      if (shift > 35) throw new MalformedError('Go build information: string length', { offset: block.fileOffset })
    }
    return utf8(block.slice(length, 'string'))
  }
  return [read(), read()]
}

/** Before: two pointers to string headers in the program's own byte order. */
function pointedStrings(file: ElfFile, block: ByteReader, pointerSize: number, littleEndian: boolean): [string, string] {
  if (pointerSize !== 4 && pointerSize !== 8) {
    throw new MalformedError(`Go build information: pointer size ${pointerSize}`, { offset: block.base })
  }
  const pointer = (reader: ByteReader, index: number): bigint => {
    const at = index * pointerSize
    if (at + pointerSize > reader.size) throw new MalformedError(`${reader.what}: pointer is cut off`, { offset: reader.base })
    return pointerSize === 8 ? reader.view.getBigUint64(at, littleEndian) : BigInt(reader.view.getUint32(at, littleEndian))
  }
  const pointers = block.window(16, pointerSize * 2, 'Go build information')
  const read = (index: number): string => {
    const at = pointer(pointers, index)
    if (at === 0n) return ''
    const header = windowAt(file, at, 'Go string', pointerSize * 2)
    const length = Number(pointer(header, 1))
    return length === 0 ? '' : utf8(windowAt(file, pointer(header, 0), 'Go string', length).bytes)
  }
  return [read(0), read(1)]
}

/** Sixteen bytes on each side of the module text, so that tools can find it in raw memory. */
function stripSentinels(text: string): string {
  const start = text.indexOf('path\t')
  const end = text.lastIndexOf('\n')
  return start < 0 ? '' : text.slice(start, end < 0 ? undefined : end + 1)
}

function parseModules(text: string): Omit<GoBuildInfo, 'goVersion'> {
  let path: string | undefined
  let main: GoModule | undefined
  const modules: GoModule[] = []
  const settings: Record<string, string> = {}
  for (const line of text.split('\n')) {
    const [kind, first = '', second = ''] = line.split('\t')
    if (kind === 'path') path = first
    else if (kind === 'mod') main = { path: first, version: second }
    else if (kind === 'dep') modules.push({ path: first, version: second })
    else if (kind === '=>') modules[modules.length - 1] = { path: first, version: second }
    else if (kind === 'build') {
      const equals = first.indexOf('=')
      settings[first.slice(0, equals)] = first.slice(equals + 1).replace(/^"(.*)"$/, '$1')
    }
  }
  return { path, main, modules, settings }
}

function utf8(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
