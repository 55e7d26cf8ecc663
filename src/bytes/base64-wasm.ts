/** A WebAssembly module or component that a text holds as base64. */
export interface InlineWasm {
  /** Range of the base64 text, quotes and data-URL prefix not included: UTF-16 code units of the text searched. */
  readonly start: number
  readonly end: number
  readonly bytes: Uint8Array
  /** How it was written, so that a replacement is read by the same decoder. */
  readonly encoding: InlineEncoding
}

export interface InlineEncoding {
  readonly alphabet: 'base64' | 'base64url'
  readonly padded: boolean
}

/** The first six digits of `\0asm`; the seventh holds its last bits. */
export const inlineWasmMagic = 'AGFzbQ'
const digit = /[A-Za-z0-9+/_-]/
/**
 * The modules that a JavaScript text carries inside string literals or data URLs, in order. Text that only looks like
 * one (no complete header, impossible length) is passed over. A literal that escapes or concatenates its digits is
 * not found.
 */
export function findInlineWasm(text: string): InlineWasm[] {
  const found: InlineWasm[] = []
  let from = 0
  for (;;) {
    const start = text.indexOf(inlineWasmMagic, from)
    if (start < 0) return found
    const inline = start > 0 && digit.test(text[start - 1]!) ? undefined : readAt(text, start)
    if (inline !== undefined) found.push(inline)
    from = inline?.end ?? start + inlineWasmMagic.length
  }
}

function readAt(text: string, start: number): InlineWasm | undefined {
  const standard = digitsAt(text, start, /[A-Za-z0-9+/]*/y)
  const url = digitsAt(text, start, /[A-Za-z0-9_-]*/y)
  const alphabet = url.length > standard.length ? 'base64url' : 'base64'
  const digits = alphabet === 'base64' ? standard : url
  const padding = /^={0,2}/.exec(text.slice(start + digits.length, start + digits.length + 2))![0].length
  if (digits.length % 4 === 1 || (padding > 0 && (digits.length + padding) % 4 !== 0)) return undefined
  const bytes = new Uint8Array(Buffer.from(digits, alphabet))
  if (!hasHeader(bytes)) return undefined
  return {
    start,
    end: start + digits.length + padding,
    bytes,
    encoding: {
      alphabet,
      padded: padding > 0 || (digits.length % 4 === 0 && alphabet === 'base64'),
    },
  }
}

function digitsAt(text: string, start: number, pattern: RegExp): string {
  pattern.lastIndex = start
  return pattern.exec(text)![0]
}

/** `\0asm`, then version 1 of a module, or layer 1 of a component. */
function hasHeader(bytes: Uint8Array): boolean {
  if (bytes.length < 8 || bytes[3] !== 0x6d) return false
  const module = bytes[4] === 1 && bytes[5] === 0 && bytes[6] === 0 && bytes[7] === 0
  const component = bytes[5] === 0 && bytes[6] === 1 && bytes[7] === 0
  return module || component
}

/** The text that stands for `bytes` where a text of this encoding stood. */
export function encodeInlineWasm(bytes: Uint8Array, encoding: InlineEncoding): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(encoding.alphabet)
  const bare = text.replace(/=+$/, '')
  return encoding.padded ? bare + '='.repeat((4 - (bare.length % 4)) % 4) : bare
}

/** The path of a module inside a script: `app.js#wasm-1`. */
export function inlineWasmPath(script: string, order: number): string {
  return `${script}#wasm-${order + 1}`
}
