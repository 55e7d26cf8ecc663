import type { MemoryImage } from '../../program/memory-image.ts'
import { number, singleAddress, type Value } from '../../program/value.ts'
import { Register } from '../evaluation/state.ts'

/** Functions that compare the texts, or bytes, which their first two arguments point to. */
const comparison = /^(?:strn?(?:case)?cmp|strcoll|memcmp|bcmp)$/
const isBounded = /^(?:strn|mem|b)/
const isOfText = /^str/

/** Does it tell how two texts differ, either of which a check may have chosen? */
export function comparesTexts(name: string): boolean {
  return comparison.test(name)
}

/** Functions that tell what is in the text, or the bytes, which they are given. */
const search = /^(?:str(?:case)?str|strr?chr(?:nul)?|strpbrk|strc?spn|memr?chr|memmem|strtok(?:_r)?|strsep|strlen|fnmatch|regexec|sscanf|__isoc\d\d_sscanf)$/
/** Functions that put a text together, of others that they are given. */
const writing = /^(?:__)?(?:v?sn?printf|v?asprintf|strn?cpy|stpn?cpy|strn?cat|strl(?:cpy|cat))(?:_chk)?$/

/** Does it tell what is in a text? */
export function searchesTexts(name: string): boolean {
  return search.test(name)
}

/** Does it put a text together? */
export function writesTexts(name: string): boolean {
  return writing.test(name)
}

/** Nobody gives an implementation a longer name. */
const LONGEST = 64

/**
 * What `name` returns where both texts are constants of the file: a check may have chosen one of them, so that whether they are
 * equal is what it found out (`strcmp(best(), "avx2")`).
 */
export function comparedTexts(image: MemoryImage, name: string, registers: readonly (Value | undefined)[]): ReadonlyMap<number, Value> | undefined {
  const left = registers[Register.rdi]
  const right = registers[Register.rsi]
  if (left?.detected !== true && right?.detected !== true) return undefined
  if (!comparesTexts(name)) return undefined
  const length = isBounded.test(name) ? singleAddress(registers[Register.rdx]) : LONGEST
  const ours = constantBytes(image, singleAddress(left))
  const theirs = constantBytes(image, singleAddress(right))
  if (length === undefined || length > LONGEST || ours === undefined || theirs === undefined) return undefined
  for (let at = 0; at < length; at++) {
    const [one, other] = [ours[at], theirs[at]]
    if (one === undefined || other === undefined) return undefined
    // how letters differ that are equal but for their case is not for us to say
    if (one !== other) return name.includes('case') && (one ^ other) === 0x20 ? undefined : new Map([[Register.rax, number(one < other ? -1 : 1, one < other ? -1 : 0, true)]])
    if (one === 0 && isOfText.test(name)) break
  }
  return new Map([[Register.rax, number(0, 0, true)]])
}

function constantBytes({ view, dataAt }: MemoryImage, address: number | undefined): Uint8Array | undefined {
  const range = address === undefined ? undefined : dataAt(address)
  if (range?.offset === undefined || (range.writable && !range.constant)) return undefined
  const first = range.offset + (address! - range.address)
  return new Uint8Array(view.buffer, view.byteOffset + first, Math.max(0, Math.min(LONGEST, range.end - address!, view.byteLength - first)))
}
