import { demangleRustV0 } from './rust-v0.ts'

/** A Rust symbol of either scheme, without its hash; undefined when it is none. */
export function demangleRust(name: string): string | undefined {
  return name.startsWith('_R') ? demangleRustV0(name) : demangleRustLegacy(name)
}

const escapes: Readonly<Record<string, string>> = {
  SP: '@',
  BP: '*',
  RF: '&',
  LT: '<',
  GT: '>',
  LP: '(',
  RP: ')',
  C: ',',
}

/** Itanium-like: `_ZN`, length-prefixed parts, the last of them `h` and sixteen hexadecimal digits, `E`. */
function demangleRustLegacy(name: string): string | undefined {
  if (!/17h[0-9a-f]{16}E(\.[\w.$]*)?$/.test(name)) return undefined
  let at = '_ZN'.length
  const parts: string[] = []
  while (name[at] !== 'E') {
    const digits = /^\d+/.exec(name.slice(at, at + 6))?.[0]
    if (digits === undefined) return undefined
    const start = at + digits.length
    at = start + Number(digits)
    if (at > name.length) return undefined
    parts.push(name.slice(start, at))
  }
  if (!/^h[0-9a-f]{16}$/.test(parts.pop() ?? '') || parts.length === 0) return undefined
  return parts.map(unescapeLegacy).join('::')
}

/** `$LT$` and the like, `$u7b$` by code point, `..` for `::`. */
function unescapeLegacy(part: string): string {
  const bare = part.startsWith('_$') ? part.slice(1) : part
  return bare
    .replace(/\$(u([0-9a-f]{1,6})|[A-Z]{1,2})\$/g, (all, code: string, hex: string | undefined) =>
      hex === undefined ? (escapes[code] ?? all) : codePoint(hex, all),
    )
    .replaceAll('..', '::')
}

function codePoint(hex: string, otherwise: string): string {
  const code = Number.parseInt(hex, 16)
  return code <= 0x10ffff ? String.fromCodePoint(code) : otherwise
}
