import { abbreviations, builtinTypes, builtinTypesD, literalSuffixes, operators, specialNames } from './cpp-tables.ts'

/** What a hostile symbol may cost: substitutions can make short names of exponential length. */
const longest = 8_000
const deepest = 150

export class NotCpp extends Error {}

/** A type as text around the place where a declared name would stand: `int (*` and `)(char)`. */
interface TypeText {
  readonly left: string
  readonly right: string
  /** What a constructor of it is called. */
  readonly last?: string
  /** A parameter pack: any number of types. */
  readonly pack?: readonly TypeText[]
}

interface NameText {
  readonly text: string
  /** What a constructor or destructor of it is called. */
  readonly last: string
  /** Ends in template arguments: then the encoding begins with its result type. */
  readonly isTemplate: boolean
  /** Constructors, destructors and conversions have no result type. */
  readonly hasNoResult: boolean
  /** `const`, `&` of a member function. */
  readonly qualifiers: string
}

/** Itanium C++ ABI, chapter 5.1, without expressions. */
export class CppParser {
  readonly #text: string
  #at = 0
  #depth = 0
  readonly #substitutions: TypeText[] = []
  #templateArguments: readonly TypeText[] = []

  constructor(text: string) {
    this.#text = text
  }

  mangledName(): string {
    const text = this.#encoding()
    if (this.#at !== this.#text.length) throw new NotCpp()
    return text
  }

  #peek(text: string): boolean {
    return this.#text.startsWith(text, this.#at)
  }

  #eat(text: string): boolean {
    if (!this.#peek(text)) return false
    this.#at += text.length
    return true
  }

  #next(): string {
    const char = this.#text[this.#at++]
    if (char === undefined) throw new NotCpp()
    return char
  }

  #nested<T>(read: () => T): T {
    if (++this.#depth > deepest) throw new NotCpp()
    const result = read()
    this.#depth--
    return result
  }

  #bounded(text: string): string {
    if (text.length > longest) throw new NotCpp()
    return text
  }

  #number(): number {
    const digits = /^\d+/.exec(this.#text.slice(this.#at, this.#at + 9))?.[0]
    if (digits === undefined) throw new NotCpp()
    this.#at += digits.length
    return Number(digits)
  }

  /** `_` is 0, `0_` is 1, in base 36. */
  #sequenceId(): number {
    if (this.#eat('_')) return 0
    const digits = /^[0-9A-Z]+(?=_)/.exec(this.#text.slice(this.#at, this.#at + 9))?.[0]
    if (digits === undefined) throw new NotCpp()
    this.#at += digits.length + 1
    return Number.parseInt(digits, 36) + 1
  }

  #encoding(): string {
    return this.#nested(() => {
      const special = this.#specialName()
      if (special !== undefined) return special
      const name = this.#name()
      const end = this.#text[this.#at]
      if (end === undefined || end === 'E' || end === '.') return name.text + name.qualifiers
      if (name.isTemplate && !name.hasNoResult) this.#type()
      return this.#bounded(`${name.text}${this.#parameters()}${name.qualifiers}`)
    })
  }

  #specialName(): string | undefined {
    const two = this.#text.slice(this.#at, this.#at + 2)
    const special = specialNames[two]
    if (special !== undefined) {
      this.#at += 2
      return special + (two === 'TW' || two === 'TH' ? this.#name().text : whole(this.#type()))
    }
    if (two === 'Th' || two === 'Tv') {
      this.#at += 2
      this.#callOffset(two === 'Tv')
      return `${two === 'Tv' ? 'virtual' : 'non-virtual'} thunk to ${this.#encoding()}`
    }
    if (two === 'GV') {
      this.#at += 2
      return `guard variable for ${this.#name().text}`
    }
    return undefined
  }

  #callOffset(virtual: boolean): void {
    const pattern = virtual ? /^n?\d+_n?\d+_/ : /^n?\d+_/
    const match = pattern.exec(this.#text.slice(this.#at, this.#at + 40))
    if (match === null) throw new NotCpp()
    this.#at += match[0].length
  }

  /** Up to the end of an encoding; a single `void` is none. */
  #parameters(): string {
    const types: string[] = []
    while (this.#at < this.#text.length && !this.#peek('E') && !this.#peek('.')) types.push(...this.#typeOrPack())
    return `(${types.length === 1 && types[0] === 'void' ? '' : types.join(', ')})`
  }

  #typeOrPack(): string[] {
    const type = this.#type()
    return (type.pack ?? [type]).map(whole)
  }

  #name(): NameText {
    return this.#nested(() => {
      if (this.#eat('N')) return this.#nestedName()
      if (this.#eat('Z')) return this.#localName()
      if (this.#peek('S') && !this.#peek('St')) {
        const substitution = this.#substitution()
        return this.#perhapsTemplate(whole(substitution), substitution.last ?? '')
      }
      const prefix = this.#eat('St') ? 'std::' : ''
      const part = this.#unqualifiedName('')
      const text = prefix + part.text
      if (!this.#peek('I')) return { ...part, text, isTemplate: false, qualifiers: '' }
      this.#substitutions.push({ left: text, right: '', last: part.last })
      return { ...this.#perhapsTemplate(text, part.last), hasNoResult: part.hasNoResult }
    })
  }

  #perhapsTemplate(text: string, last: string): NameText {
    if (!this.#peek('I')) return { text, last, isTemplate: false, hasNoResult: false, qualifiers: '' }
    return { text: text + this.#templateArgumentList(), last, isTemplate: true, hasNoResult: false, qualifiers: '' }
  }

  #nestedName(): NameText {
    let qualifiers = ''
    for (;;) {
      if (this.#eat('r')) qualifiers += ' restrict'
      else if (this.#eat('V')) qualifiers += ' volatile'
      else if (this.#eat('K')) qualifiers += ' const'
      else break
    }
    if (this.#eat('R')) qualifiers += ' &'
    else if (this.#eat('O')) qualifiers += ' &&'
    let text = ''
    let last = ''
    let isTemplate = false
    let hasNoResult = false
    while (!this.#eat('E')) {
      if (this.#peek('St')) {
        this.#at += 2
        text = 'std'
        continue
      }
      if (this.#peek('S')) {
        const substitution = this.#substitution()
        text = whole(substitution)
        last = substitution.last ?? ''
        isTemplate = false
        continue
      }
      if (this.#peek('T')) {
        text = whole(this.#templateParameter())
        this.#substitutions.push({ left: text, right: '' })
        continue
      }
      if (this.#peek('I')) {
        if (text === '') throw new NotCpp()
        text += this.#templateArgumentList()
        isTemplate = true
      } else if (this.#peek('DT') || this.#peek('Dt')) {
        throw new NotCpp()
      } else {
        const part = this.#unqualifiedName(last)
        text = this.#bounded(text === '' ? part.text : `${text}::${part.text}`)
        last = part.last
        hasNoResult = part.hasNoResult
        isTemplate = false
      }
      // Every prefix can be referred to later; the whole name cannot, unless it is a type.
      if (!this.#peek('E')) this.#substitutions.push({ left: text, right: '', last })
    }
    if (text === '') throw new NotCpp()
    return { text, last, isTemplate, hasNoResult, qualifiers }
  }

  #localName(): NameText {
    const outer = this.#encoding()
    if (!this.#eat('E')) throw new NotCpp()
    if (this.#eat('s')) {
      this.#discriminator()
      return { text: `${outer}::string literal`, last: '', isTemplate: false, hasNoResult: false, qualifiers: '' }
    }
    if (this.#eat('d')) {
      if (!this.#eat('_')) {
        this.#number()
        if (!this.#eat('_')) throw new NotCpp()
      }
    }
    const inner = this.#name()
    this.#discriminator()
    return { ...inner, text: this.#bounded(`${outer}::${inner.text}`) }
  }

  #discriminator(): void {
    const match = /^(_\d|__\d+_)/.exec(this.#text.slice(this.#at, this.#at + 12))
    if (match !== null) this.#at += match[0].length
  }

  #unqualifiedName(enclosing: string): { text: string; last: string; hasNoResult: boolean } {
    const name = this.#unqualifiedNameWithoutTags(enclosing)
    let { text } = name
    while (this.#peek('B')) {
      this.#at++
      text += `[abi:${this.#sourceName()}]`
    }
    return { ...name, text }
  }

  #unqualifiedNameWithoutTags(enclosing: string): { text: string; last: string; hasNoResult: boolean } {
    const char = this.#text[this.#at] ?? ''
    this.#eat('L') // internal linkage
    if (/\d/.test(this.#text[this.#at] ?? '')) {
      const text = this.#sourceName()
      return { text, last: text, hasNoResult: false }
    }
    if (char === 'C' || (char === 'D' && /[0-5]/.test(this.#text[this.#at + 1] ?? ''))) {
      this.#at++
      if (this.#eat('I')) throw new NotCpp()
      this.#next()
      return { text: char === 'C' ? enclosing : `~${enclosing}`, last: enclosing, hasNoResult: true }
    }
    if (this.#eat('Ut')) {
      const number = this.#unnamedNumber()
      return { text: `{unnamed type#${number}}`, last: '', hasNoResult: false }
    }
    if (this.#eat('Ul')) {
      const parameters = this.#parameters()
      if (!this.#eat('E')) throw new NotCpp()
      return { text: `{lambda${parameters}#${this.#unnamedNumber()}}`, last: '', hasNoResult: false }
    }
    return this.#operatorName()
  }

  #unnamedNumber(): number {
    if (this.#eat('_')) return 1
    const number = this.#number() + 2
    if (!this.#eat('_')) throw new NotCpp()
    return number
  }

  #sourceName(): string {
    const length = this.#number()
    const text = this.#text.slice(this.#at, this.#at + length)
    if (text.length !== length || length === 0) throw new NotCpp()
    this.#at += length
    return text.startsWith('_GLOBAL__N') ? '(anonymous namespace)' : text
  }

  #operatorName(): { text: string; last: string; hasNoResult: boolean } {
    if (this.#eat('cv')) return { text: `operator ${whole(this.#type())}`, last: '', hasNoResult: true }
    if (this.#eat('li')) return { text: `operator"" ${this.#sourceName()}`, last: '', hasNoResult: false }
    const operator = operators[this.#text.slice(this.#at, this.#at + 2)]
    if (operator === undefined) throw new NotCpp()
    this.#at += 2
    return { text: `operator${operator}`, last: '', hasNoResult: false }
  }

  #substitution(): TypeText {
    this.#at++ // S
    const abbreviation = abbreviations[this.#text[this.#at] ?? '']
    if (abbreviation !== undefined) {
      this.#at++
      return { left: abbreviation[0], right: '', last: abbreviation[1] }
    }
    const substitution = this.#substitutions[this.#sequenceId()]
    if (substitution === undefined) throw new NotCpp()
    return substitution
  }

  #templateParameter(): TypeText {
    this.#at++ // T
    const parameter = this.#templateArguments[this.#sequenceId()]
    if (parameter === undefined) throw new NotCpp()
    return parameter
  }

  #templateArgumentList(): string {
    this.#at++ // I
    const args: TypeText[] = []
    while (!this.#eat('E')) args.push(this.#templateArgument())
    this.#templateArguments = args
    const texts = args.flatMap((arg) => (arg.pack ?? [arg]).map(whole))
    const inner = this.#bounded(texts.join(', '))
    return `<${inner}${inner.endsWith('>') ? ' ' : ''}>`
  }

  #templateArgument(): TypeText {
    return this.#nested(() => {
      if (this.#peek('X')) throw new NotCpp()
      if (this.#eat('L')) return { left: this.#literal(), right: '' }
      if (this.#eat('J')) {
        const pack: TypeText[] = []
        while (!this.#eat('E')) pack.push(this.#templateArgument())
        return { left: pack.map(whole).join(', '), right: '', pack }
      }
      return this.#type()
    })
  }

  #literal(): string {
    if (this.#eat('_Z')) {
      const text = this.#encoding()
      if (!this.#eat('E')) throw new NotCpp()
      return `&${text}`
    }
    const code = this.#text[this.#at] ?? ''
    const type = whole(this.#type())
    const match = /^(n?)(\d+)E/.exec(this.#text.slice(this.#at, this.#at + 24))
    if (match === null) throw new NotCpp()
    this.#at += match[0].length
    const value = (match[1] === 'n' ? '-' : '') + match[2]
    if (code === 'b') return match[2] === '0' ? 'false' : 'true'
    const suffix = literalSuffixes[code]
    return suffix === undefined ? `(${type})${value}` : value + suffix
  }

  #type(): TypeText {
    // `T_` means the arguments of the function's own name, not those of a type inside.
    const outer = this.#templateArguments
    const type = this.#nested(() => this.#typeBody())
    this.#templateArguments = outer
    return type
  }

  #remember(type: TypeText): TypeText {
    this.#bounded(type.left + type.right)
    this.#substitutions.push(type)
    return type
  }

  #typeBody(): TypeText {
    const char = this.#text[this.#at] ?? ''
    const builtin = builtinTypes[char]
    if (builtin !== undefined) {
      this.#at++
      return { left: builtin, right: '' }
    }
    switch (char) {
      case 'r':
      case 'V':
      case 'K':
        return this.#qualifiedType()
      case 'P':
      case 'R':
      case 'O':
        this.#at++
        return this.#remember(eachOf(this.#type(), (one) => pointer(one, marks[char])))
      case 'F':
        return this.#remember(this.#functionType())
      case 'A':
        return this.#remember(this.#arrayType())
      case 'M': {
        this.#at++
        const owner = whole(this.#type())
        return this.#remember(pointer(this.#type(), ` ${owner}::*`))
      }
      case 'T': {
        const parameter = this.#templateParameter()
        this.#substitutions.push(parameter)
        if (!this.#peek('I')) return parameter
        return this.#remember({ left: whole(parameter) + this.#templateArgumentList(), right: '' })
      }
      case 'S':
        return this.#substitutedType()
      case 'D':
        return this.#typeD()
      case 'u':
        this.#at++
        return this.#remember({ left: this.#sourceName(), right: '' })
      default: {
        const name = this.#name()
        return this.#rememberNamed(name)
      }
    }
  }

  #rememberNamed({ text, last }: NameText): TypeText {
    this.#bounded(text)
    const type = { left: text, right: '', last }
    this.#substitutions.push(type)
    return type
  }

  /** Qualifiers count as one for substitutions. */
  #qualifiedType(): TypeText {
    let qualifiers = ''
    for (;;) {
      if (this.#eat('r')) qualifiers += ' restrict'
      else if (this.#eat('V')) qualifiers += ' volatile'
      else if (this.#eat('K')) qualifiers = ` const${qualifiers}`
      else break
    }
    const type = this.#type()
    return this.#remember(eachOf(type, (one) => qualified(one, qualifiers)))
  }

  #substitutedType(): TypeText {
    if (this.#peek('St')) return this.#rememberNamed(this.#name())
    const substitution = this.#substitution()
    if (!this.#peek('I')) return substitution
    const text = whole(substitution) + this.#templateArgumentList()
    return this.#rememberNamed({ text, last: substitution.last ?? '', isTemplate: true, hasNoResult: false, qualifiers: '' })
  }

  #typeD(): TypeText {
    const two = this.#text[this.#at + 1] ?? ''
    const builtin = builtinTypesD[two]
    if (builtin !== undefined) {
      this.#at += 2
      return { left: builtin, right: '' }
    }
    if (two === 'p') {
      this.#at += 2
      const type = this.#type()
      this.#substitutions.push(type)
      return type
    }
    if (two === 'o' && this.#text[this.#at + 2] === 'F') {
      this.#at += 2
      const type = this.#functionType()
      return this.#remember({ ...type, right: `${type.right} noexcept` })
    }
    throw new NotCpp()
  }

  #functionType(): TypeText {
    this.#at++ // F
    this.#eat('Y')
    const result = this.#type()
    const types: string[] = []
    let reference = ''
    while (!this.#eat('E')) {
      if (this.#peek('RE')) {
        this.#at++
        reference = ' &'
      } else if (this.#peek('OE')) {
        this.#at++
        reference = ' &&'
      } else {
        types.push(...this.#typeOrPack())
      }
    }
    const list = types.length === 1 && types[0] === 'void' ? '' : types.join(', ')
    return { left: `${result.left} `, right: `(${list})${reference}${result.right}` }
  }

  #arrayType(): TypeText {
    this.#at++ // A
    const size = /\d/.test(this.#text[this.#at] ?? '') ? String(this.#number()) : ''
    if (!this.#eat('_')) throw new NotCpp()
    const type = this.#type()
    return { left: `${type.left} `, right: `[${size}]${type.right}` }
  }
}

function whole(type: TypeText): string {
  return type.left + type.right
}

const marks = { P: '*', R: '&', O: '&&' } as const

function eachOf(type: TypeText, change: (one: TypeText) => TypeText): TypeText {
  if (type.pack === undefined) return change(type)
  const pack = type.pack.map(change)
  return { left: pack.map(whole).join(', '), right: '', pack }
}

/** A function type's qualifiers follow its parameters; repeated ones collapse. */
function qualified(type: TypeText, qualifiers: string): TypeText {
  if (type.right.startsWith('(')) return { ...type, right: type.right + qualifiers }
  return type.left.endsWith(qualifiers) ? type : { ...type, left: type.left + qualifiers }
}

/** Pointers to functions and arrays stand inside parentheses; a reference to a reference collapses. */
function pointer(to: TypeText, mark: string): TypeText {
  if (mark.startsWith('&') && to.left.endsWith('&')) {
    return { left: mark === '&' && to.left.endsWith('&&') ? to.left.slice(0, -1) : to.left, right: to.right }
  }
  if (/^ ?[[(]/.test(to.right)) {
    const open = to.left.endsWith(' ') ? to.left : `${to.left} `
    return { left: `${open}(${mark.trimStart()}`, right: `)${to.right}` }
  }
  return { left: to.left + mark, right: to.right }
}
