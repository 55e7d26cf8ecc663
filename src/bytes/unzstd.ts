import { Decompress } from 'fzstd'
import { ShrinkError } from '../core/errors.ts'

/**
 * How far back a frame may refer; so many bytes are kept at hand. `zstd -19` and what builds images need 8 MiB. fzstd 0.1.1
 * gives wrong bytes, and says nothing, where it is 128 MiB (`--long=27`).
 */
const mostWindow = 32 * 2 ** 20

const frameMagic = 0xfd2fb528
/** Of frames that hold something else than data; sixteen of them (RFC 8878, 3.1.2). */
const skippableMagic = 0x184d2a50

/**
 * Unpacks Zstandard (RFC 8878), all of its frames: image layers are cut into many (zstd:chunked), of which Node's own
 * decoder gives the first, and version 22 takes what was cut off for the end.
 *
 * @param most bytes that are unpacked
 * @throws ShrinkError `input/archive` for what is cut off or no Zstandard, `input/archive-limit`; Error of the decoder
 */
export async function* unzstd(source: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  const input = new Input(source)
  let left = most
  while (await input.has(1)) {
    const magic = await input.take(4)
    const number = magic.readUInt32LE(0)
    if ((number & ~15) === skippableMagic) {
      await input.skip((await input.take(4)).readUInt32LE(0))
      continue
    }
    if (number !== frameMagic) throw malformed('what follows a frame is none')
    for await (const chunk of frame(magic, input)) {
      left -= chunk.byteLength
      if (left < 0) throw new ShrinkError('input/archive-limit', `unpacks to more than ${most} bytes`)
      yield chunk
    }
  }
}

async function* frame(magic: Buffer, input: Input): AsyncGenerator<Uint8Array> {
  const flags = await input.take(1)
  const descriptor = flags[0]!
  const isSingle = (descriptor & 0x20) !== 0
  const hasChecksum = (descriptor & 4) !== 0
  const dictionary = [0, 1, 2, 4][descriptor & 3]!
  const contentSize = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6]!
  if (dictionary !== 0) throw malformed('it needs a dictionary')
  const rest = await input.take((isSingle ? 0 : 1) + contentSize)
  if (windowOf(rest, isSingle, contentSize) > mostWindow) throw malformed(`it refers back to more than ${mostWindow / 2 ** 20} MiB (zstd --long): unpack it with zstd`)
  let chunks: Uint8Array[] = []
  // the decoder writes into the same bytes again
  const decoder = new Decompress((chunk) => void chunks.push(Uint8Array.from(chunk)))
  decoder.push(Buffer.concat([magic, flags, rest]))
  for (let last = false; !last; ) {
    const header = await input.take(3)
    const bits = header.readUIntLE(0, 3)
    last = (bits & 1) === 1
    const kind = (bits >> 1) & 3
    if (kind === 3) throw malformed('a block is of no known kind')
    const block = await input.take(kind === 1 ? 1 : bits >> 3)
    decoder.push(Buffer.concat([header, block]), last && !hasChecksum)
    yield* chunks
    chunks = []
  }
  if (!hasChecksum) return
  decoder.push(await input.take(4), true)
  yield* chunks
}

/** The bytes that a frame refers back to, as its header says (3.1.1.1.2). */
function windowOf(header: Buffer, isSingle: boolean, contentSize: number): number {
  if (!isSingle) {
    const base = 2 ** (10 + (header[0]! >> 3))
    return base + (base / 8) * (header[0]! & 7)
  }
  if (contentSize === 8) return Number(header.readBigUInt64LE(0))
  return header.readUIntLE(0, contentSize) + (contentSize === 2 ? 256 : 0)
}

/** Bytes in the portions that are asked for. */
class Input {
  readonly #source: AsyncIterator<Uint8Array>
  #held: Buffer = Buffer.alloc(0)

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  async has(length: number): Promise<boolean> {
    const parts = [this.#held]
    let held = this.#held.length
    while (held < length) {
      const next = await this.#source.next()
      if (next.done === true) break
      parts.push(Buffer.from(next.value))
      held += next.value.byteLength
    }
    if (parts.length > 1) this.#held = Buffer.concat(parts)
    return held >= length
  }

  async take(length: number): Promise<Buffer> {
    if (!(await this.has(length))) throw malformed('it is cut off')
    const taken = this.#held.subarray(0, length)
    this.#held = this.#held.subarray(length)
    return taken
  }

  async skip(length: number): Promise<void> {
    for (let left = length; left > 0; ) {
      if (!(await this.has(1))) throw malformed('it is cut off')
      left -= (await this.take(Math.min(left, this.#held.length))).length
    }
  }
}

function malformed(why: string): ShrinkError {
  return new ShrinkError('input/archive', `cannot be unpacked: ${why}`)
}
