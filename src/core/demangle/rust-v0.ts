/** What a hostile symbol may cost: back references can make short names of exponential length. */
const longest = 4_000
const deepest = 200

const basicTypes: Readonly<Record<string, string>> = {
  a: 'i8',
  b: 'bool',
  c: 'char',
  d: 'f64',
  e: 'str',
  f: 'f32',
  h: 'u8',
  i: 'isize',
  j: 'usize',
  l: 'i32',
  m: 'u32',
  n: 'i128',
  o: 'u128',
  p: '_',
  s: 'i16',
  t: 'u16',
  u: '()',
  v: '...',
  x: 'i64',
  y: 'u64',
  z: '!',
}

const base62Digits = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

class NotRust extends Error {}

/** The v0 scheme (RFC 2603), hashes and lifetimes left out; undefined when the name does not follow it. */
export function demangleRustV0(name: string): string | undefined {
  const parser = new V0Parser(name.slice(2))
  try {
    parser.path(true)
    return parser.output
  } catch (error) {
    if (error instanceof NotRust) return undefined
    throw error
  }
}

class V0Parser {
  output = ''
  readonly #text: string
  #at = 0
  #depth = 0
  #silent = false

  constructor(text: string) {
    this.#text = text
  }

  #next(): string {
    const char = this.#text[this.#at++]
    if (char === undefined) throw new NotRust()
    return char
  }

  #eat(char: string): boolean {
    if (this.#text[this.#at] !== char) return false
    this.#at++
    return true
  }

  #print(text: string): void {
    if (this.#silent) return
    this.output += text
    if (this.output.length > longest) throw new NotRust()
  }

  #nested(read: () => void): void {
    if (++this.#depth > deepest) throw new NotRust()
    read()
    this.#depth--
  }

  /** `_` is 0, otherwise digits of base 62 plus one, up to `_`. Hashes of crates are rounded; they are not shown. */
  #base62(): number {
    let value = 0
    if (this.#eat('_')) return 0
    for (;;) {
      const char = this.#next()
      if (char === '_') return value + 1
      const digit = base62Digits.indexOf(char)
      if (digit < 0) throw new NotRust()
      value = value * 62 + digit
    }
  }

  #disambiguator(): number {
    return this.#eat('s') ? this.#base62() + 1 : 0
  }

  #identifier(): string {
    const punycode = this.#eat('u')
    const digits = /^(0|[1-9]\d*)/.exec(this.#text.slice(this.#at, this.#at + 8))?.[0]
    if (digits === undefined) throw new NotRust()
    this.#at += digits.length
    this.#eat('_')
    const length = Number(digits)
    const text = this.#text.slice(this.#at, this.#at + length)
    if (text.length !== length) throw new NotRust()
    this.#at += length
    return punycode ? `punycode{${text}}` : text
  }

  /** Reads again what stood at an earlier place. */
  #backReference(read: () => void): void {
    const start = this.#at - 1
    const target = this.#base62()
    if (target >= start) throw new NotRust()
    const resume = this.#at
    this.#at = target
    this.#nested(read)
    this.#at = resume
  }

  path(inValue: boolean): void {
    this.#nested(() => this.#path(inValue))
  }

  #path(inValue: boolean): void {
    const tag = this.#next()
    switch (tag) {
      case 'C':
        this.#disambiguator()
        this.#print(this.#identifier())
        return
      case 'N':
        this.#nestedPath(inValue)
        return
      case 'M':
      case 'X':
        this.#disambiguator()
        this.#quietly(() => this.path(false))
        this.#implementation(tag === 'X')
        return
      case 'Y':
        this.#implementation(true)
        return
      case 'I':
        this.path(inValue)
        this.#print(inValue ? '::<' : '<')
        this.#list(() => this.#genericArgument())
        this.#print('>')
        return
      case 'B':
        this.#backReference(() => this.#path(inValue))
        return
      default:
        throw new NotRust()
    }
  }

  #nestedPath(inValue: boolean): void {
    const namespace = this.#next()
    if (!/[A-Za-z]/.test(namespace)) throw new NotRust()
    this.path(inValue)
    const disambiguator = this.#disambiguator()
    const name = this.#identifier()
    if (/[a-z]/.test(namespace)) {
      if (name !== '') this.#print(`::${name}`)
      return
    }
    const kind = namespace === 'C' ? 'closure' : namespace === 'S' ? 'shim' : namespace
    this.#print(`::{${kind}${name === '' ? '' : `:${name}`}#${disambiguator}}`)
  }

  #implementation(ofTrait: boolean): void {
    this.#print('<')
    this.#type()
    if (ofTrait) {
      this.#print(' as ')
      this.path(false)
    }
    this.#print('>')
  }

  #quietly(read: () => void): void {
    const before = this.#silent
    this.#silent = true
    read()
    this.#silent = before
  }

  /** Items up to `E`, with commas between. */
  #list(read: () => void): number {
    let count = 0
    while (!this.#eat('E')) {
      if (count++ > 0) this.#print(', ')
      read()
    }
    return count
  }

  #genericArgument(): void {
    if (this.#eat('L')) {
      this.#base62()
      this.#print("'_")
    } else if (this.#eat('K')) {
      this.#constant()
    } else {
      this.#type()
    }
  }

  #type(): void {
    this.#nested(() => this.#typeBody())
  }

  #typeBody(): void {
    const tag = this.#next()
    const basic = basicTypes[tag]
    if (basic !== undefined) {
      this.#print(basic)
      return
    }
    switch (tag) {
      case 'A':
      case 'S':
        this.#print('[')
        this.#type()
        if (tag === 'A') {
          this.#print('; ')
          this.#constant()
        }
        this.#print(']')
        return
      case 'T': {
        this.#print('(')
        const count = this.#list(() => this.#type())
        this.#print(count === 1 ? ',)' : ')')
        return
      }
      case 'R':
      case 'Q':
        if (this.#eat('L')) this.#base62()
        this.#print(tag === 'R' ? '&' : '&mut ')
        this.#type()
        return
      case 'P':
      case 'O':
        this.#print(tag === 'P' ? '*const ' : '*mut ')
        this.#type()
        return
      case 'F':
        this.#functionSignature()
        return
      case 'D':
        this.#print('dyn ')
        this.#dynBounds()
        return
      case 'B':
        this.#backReference(() => this.#typeBody())
        return
      default:
        this.#at--
        this.path(false)
    }
  }

  #functionSignature(): void {
    if (this.#eat('G')) this.#base62()
    if (this.#eat('U')) this.#print('unsafe ')
    if (this.#eat('K')) {
      const abi = this.#eat('C') ? 'C' : this.#identifier().replaceAll('_', '-')
      this.#print(`extern "${abi}" `)
    }
    this.#print('fn(')
    this.#list(() => this.#type())
    this.#print(')')
    if (this.#eat('u')) return
    this.#print(' -> ')
    this.#type()
  }

  #dynBounds(): void {
    if (this.#eat('G')) this.#base62()
    let count = 0
    while (!this.#eat('E')) {
      if (count++ > 0) this.#print(' + ')
      this.path(false)
      while (this.#eat('p')) {
        this.#print(`<${this.#identifier()} = `)
        this.#type()
        this.#print('>')
      }
    }
    if (this.#eat('L')) this.#base62()
  }

  /** Integers in hexadecimal up to `_`; `p` where the value is not known. */
  #constant(): void {
    const type = this.#next()
    if (type === 'B') {
      this.#backReference(() => this.#constant())
      return
    }
    if (type === 'p') {
      this.#print('_')
      return
    }
    if (basicTypes[type] === undefined) throw new NotRust()
    const sign = this.#eat('n') ? '-' : ''
    const end = this.#text.indexOf('_', this.#at)
    if (end < 0 || !/^[0-9a-f]*$/.test(this.#text.slice(this.#at, end))) throw new NotRust()
    const hex = this.#text.slice(this.#at, end) || '0'
    this.#at = end + 1
    if (type === 'b') this.#print(hex === '0' ? 'false' : 'true')
    else this.#print(sign + (hex.length <= 16 ? BigInt(`0x${hex}`).toString() : `0x${hex}`))
  }
}
