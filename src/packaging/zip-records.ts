/** Compression methods (APPNOTE 4.4.5). */
export const methods = { stored: 0, deflated: 8 } as const

/** One file as the archive describes it. */
export interface ZipMember {
  readonly path: string
  /** Type and permission bits, as `st_mode` has them. */
  readonly mode: number
  readonly method: (typeof methods)[keyof typeof methods]
  readonly crc: number
  readonly size: number
  readonly compressedSize: number
  /** Of the local header, from the start of the archive. */
  readonly offset: number
}

/** The largest value of a 32-bit field; the value itself says "see the zip64 extra field" (APPNOTE 4.4.8). */
const none32 = 0xffffffff
const none16 = 0xffff
/** 1 January 1980, 00:00:00: the first moment that DOS dates know (APPNOTE 4.4.6). */
const dosDate = 0x0021
/** 4.5: the version that knows zip64; 2.0: deflate and folders (APPNOTE 4.4.3). */
const version = (zip64: boolean): number => (zip64 ? 45 : 20)
const madeByUnix = 3 << 8
/** General purpose bit 11: the name is UTF-8 (APPNOTE 4.4.4). Set only where it matters, for the oldest readers. */
const utf8Name = 1 << 11

const utf8 = new TextEncoder()

/** Local file header (APPNOTE 4.3.7). Its length depends on the name and on `size` alone. */
export function localHeader(member: ZipMember): Uint8Array {
  const name = utf8.encode(member.path)
  const zip64 = member.size >= none32
  const extra = zip64 ? [member.size, member.compressedSize] : []
  const record = new Record(30 + name.byteLength + extraSize(extra))
  record.u32(0x04034b50)
  record.u16(version(zip64))
  common(record, member, name)
  record.u32(zip64 ? none32 : member.compressedSize)
  record.u32(zip64 ? none32 : member.size)
  record.u16(name.byteLength)
  record.u16(extraSize(extra))
  record.bytes(name)
  zip64Extra(record, extra)
  return record.buffer
}

/** Central directory header (APPNOTE 4.3.12). */
export function centralHeader(member: ZipMember): Uint8Array {
  const name = utf8.encode(member.path)
  const large = member.size >= none32
  const far = member.offset >= none32
  const extra = [...(large ? [member.size, member.compressedSize] : []), ...(far ? [member.offset] : [])]
  const record = new Record(46 + name.byteLength + extraSize(extra))
  record.u32(0x02014b50)
  record.u16(madeByUnix | version(large || far))
  record.u16(version(large || far))
  common(record, member, name)
  record.u32(large ? none32 : member.compressedSize)
  record.u32(large ? none32 : member.size)
  record.u16(name.byteLength)
  record.u16(extraSize(extra))
  record.u16(0) // comment
  record.u16(0) // disk
  record.u16(0) // internal attributes
  record.u32((member.mode << 16) >>> 0)
  record.u32(far ? none32 : member.offset)
  record.bytes(name)
  zip64Extra(record, extra)
  return record.buffer
}

/** End of central directory, after its zip64 forms where a field needs them (APPNOTE 4.3.14 to 4.3.16). */
export function endOfCentralDirectory(count: number, offset: number, size: number): Uint8Array {
  const zip64 = count >= none16 || offset >= none32 || size >= none32
  const record = new Record((zip64 ? 56 + 20 : 0) + 22)
  if (zip64) {
    record.u32(0x06064b50)
    record.u64(44) // bytes of this record after this field
    record.u16(madeByUnix | version(true))
    record.u16(version(true))
    record.u32(0)
    record.u32(0)
    record.u64(count)
    record.u64(count)
    record.u64(size)
    record.u64(offset)
    record.u32(0x07064b50)
    record.u32(0)
    record.u64(offset + size)
    record.u32(1)
  }
  record.u32(0x06054b50)
  record.u16(0)
  record.u16(0)
  record.u16(Math.min(count, none16))
  record.u16(Math.min(count, none16))
  record.u32(Math.min(size, none32))
  record.u32(Math.min(offset, none32))
  record.u16(0) // comment
  return record.buffer
}

/** The fields that both headers have in the same order. */
function common(record: Record, member: ZipMember, name: Uint8Array): void {
  record.u16(name.byteLength === member.path.length ? 0 : utf8Name)
  record.u16(member.method)
  record.u16(0) // time
  record.u16(dosDate)
  record.u32(member.crc)
}

/** Zip64 extended information (APPNOTE 4.5.3): only the fields whose 32-bit form is the sentinel, in this order. */
function zip64Extra(record: Record, values: readonly number[]): void {
  if (values.length === 0) return
  record.u16(0x0001)
  record.u16(values.length * 8)
  for (const value of values) record.u64(value)
}

const extraSize = (values: readonly number[]): number => (values.length === 0 ? 0 : 4 + values.length * 8)

/** A record of known length, little-endian. */
class Record {
  readonly buffer: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(size: number) {
    this.buffer = new Uint8Array(size)
    this.#view = new DataView(this.buffer.buffer)
  }

  u16(value: number): void {
    this.#view.setUint16(this.#at, value, true)
    this.#at += 2
  }

  u32(value: number): void {
    this.#view.setUint32(this.#at, value, true)
    this.#at += 4
  }

  u64(value: number): void {
    this.#view.setBigUint64(this.#at, BigInt(value), true)
    this.#at += 8
  }

  bytes(bytes: Uint8Array): void {
    this.buffer.set(bytes, this.#at)
    this.#at += bytes.byteLength
  }
}
