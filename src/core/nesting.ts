import { endOfRegularExpression, endOfString, endOfTemplatePart } from './script-literals.ts'

/**
 * Deepest nesting that is given to native code, in the units of `guessNesting`. The parser and the minifiers recurse:
 * on the 4 MiB stack of a worker thread they overflow, and take the process with them, at 3000 nested functions, at
 * 12000 brackets, at 10000 terms of a sum, at 2500 calls in a chain (docs/js.md). Written and generated code stays below a
 * tenth of the limit.
 */
export const NESTING_LIMIT = 20_000

const BRACKET = 20
const LINK = 6
const OPERATOR = 3
/** `in`, `instanceof`, `**` and `do`, at which parsers need more of the stack. */
const RELATION = 10
const CHAIN = 6

const keywords = /(?:typeof|void|delete|await|yield|new|while|for|with|class|else|if|extends)\b/y
const relations = /(?:in|instanceof|do)\b/y
const bodies = /(?:function|class)\b/y
/** Words that start a statement and are never within an expression: what went before is over, semicolon or not. */
const starts = /(?:(?:const|var|return|throw|export)\b|let[ \t]+[\w$[{])/y
const startsOf = new Set('cvrtel'.split('').map((char) => char.charCodeAt(0)))
const operators = new Set('!~+-*/%=&|^<>:'.split('').map((char) => char.charCodeAt(0)))
const CLOSERS = ')]}'
/** The kind of bracket that `${` opens. */
const SUBSTITUTION = 3
/** Words behind which an operand comes. */
const operandWords = 'return|typeof|void|delete|in|of|instanceof|new|throw|case|yield|await'
const beforeOperand = new RegExp(`(?:^|[^\\w$.#])(?:${operandWords})$`)
/** Behind these, and those that a statement follows, a slash begins a regular expression. */
const beforeValue = new RegExp(`(?:^|[^\\w$.#])(?:${operandWords}|do|else)$`)
/** Behind these a brace begins an object. */
const beforeObject = new RegExp(`(?:${operandWords})$`)
/** What is in round brackets behind these is no value: a slash behind it begins a regular expression. */
const beforeCondition = /(?:^|[^\w$.#])(?:if|while|for|with)\s*$/

/**
 * An upper guess of how deep a text nests, from its tokens alone: brackets, and what nests without brackets: operators,
 * `a=>a=>`, `a?b:a?b:`, `if(a)if(a)`, `else if`, chains of members and calls. Strings, templates, regular expressions and
 * comments are left out: a quote in a regular expression would hide what follows. A closing bracket closes everything up
 * to its own opener, so what is misread does not add up. Stops counting past the limit.
 */
export function guessNesting(text: string): number {
  /** Per open bracket: its kind, and the cost of what was met directly inside it since the last `;` or `,`. */
  const kinds: number[] = [-1]
  const runs: number[] = [0]
  let total = 0
  let deepest = 0
  /** Per open bracket: the cost of the chain that may go on there: `a.b()[c]`. */
  const chains: number[] = [0]
  /** Per open bracket: may a slash behind its closer begin a regular expression? */
  const noValues: boolean[] = [false]
  /** The same of the bracket that was closed last. */
  let closedNoValue = false
  /** Per open bracket: is the next brace in it the body of a function or class that is a value? */
  const awaited: boolean[] = [false]
  /** Per open bracket: `?` whose `:` has not come, and did the last `:` belong to one? */
  const conditions: number[] = [0]
  let endsCondition = false
  /** The last character that is neither space nor of a comment. */
  let last = -1
  /** Within an HTML comment, which only scripts have, a back tick is none: then templates are read as if they were code. */
  const templates = !/<!--|-->|^#!/.test(text)
  /** Up to here quotes were found to have no partner on their line. */
  let plainUntil = 0
  const add = (cost: number): void => {
    runs[runs.length - 1]! += cost
    total += cost
  }
  const link = (): void => {
    chains[chains.length - 1]! += CHAIN
    total += CHAIN
  }
  const endChain = (): void => {
    total -= chains.at(-1)!
    chains[chains.length - 1] = 0
  }
  const endRun = (): void => {
    total -= runs.at(-1)!
    runs[runs.length - 1] = 0
    conditions[conditions.length - 1] = 0
    endChain()
  }
  const open = (kind: number, noValue: boolean): void => {
    kinds.push(kind)
    runs.push(0)
    chains.push(0)
    noValues.push(noValue)
    awaited.push(false)
    conditions.push(0)
    total += BRACKET
  }
  const passTemplatePart = (start: number): number => {
    const end = endOfTemplatePart(text, start)
    if (text.charCodeAt(end) === 123) open(SUBSTITUTION, true)
    return end
  }
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (isSpace(unit)) continue
    const previous = last
    last = i
    if (unit >= 97 && unit <= 122) {
      if (!isWordPart(text.charCodeAt(i - 1))) {
        if (chains.at(-1) !== 0 && !goesOn(text, i)) endChain()
        keywords.lastIndex = relations.lastIndex = i
        if (keywords.test(text)) add(LINK)
        else if ((unit === 105 || unit === 100) && relations.test(text)) add(RELATION) // i, d
        else if (startsOf.has(unit)) {
          starts.lastIndex = i
          if (starts.test(text)) endRun()
        }
        if (unit === 102 || unit === 99) {
          // f, c
          bodies.lastIndex = i
          if (bodies.test(text)) awaited[awaited.length - 1] = isValueAt(text, previous, endsCondition || kinds.at(-1) === 0 || kinds.at(-1) === 1 || !noValues.at(-1)!)
        }
      }
      if (total > deepest) deepest = total
      continue
    }
    switch (unit) {
      case 34: // "
      case 39: // '
        if (i >= plainUntil) {
          const end = endOfString(text, i, unit)
          if (text.charCodeAt(end) === unit) last = i = end
          else plainUntil = end
        }
        break
      case 40: // (
      case 91: // [
      case 123: // {
        if (unit !== 123 && followsValue(text, i)) link()
        if (unit === 40) open(0, beforeCondition.test(text.slice(Math.max(0, i - 16), i)))
        else if (unit === 91) open(1, false)
        else {
          const isBody = awaited.at(-1)!
          awaited[awaited.length - 1] = false
          open(2, !isBody && !isObject(text, previous))
        }
        break
      case 41: // )
      case 93: // ]
      case 125: {
        // }
        const kind = CLOSERS.indexOf(text[i]!)
        const substitution = kind === 2 ? kinds.lastIndexOf(SUBSTITUTION) : -1
        const opener = Math.max(kinds.lastIndexOf(kind), substitution)
        if (opener < 1) break
        closedNoValue = noValues[opener]!
        while (kinds.length > opener) {
          kinds.pop()
          noValues.pop()
          awaited.pop()
          conditions.pop()
          total -= BRACKET + runs.pop()! + chains.pop()!
        }
        if (opener === substitution) last = i = passTemplatePart(i + 1)
        break
      }
      case 59: // ;
      case 44: // ,
        // `if(a);else if(a);else …` nests too
        if (unit === 44 || !/^\s*else\b/.test(text.slice(i + 1, i + 32))) {
          endRun()
        }
        break
      case 46: // .
        link()
        break
      case 96: // `
        if (followsValue(text, i)) link()
        if (templates) last = i = passTemplatePart(i + 1)
        break
      case 47: // /
        if (text.charCodeAt(i + 1) === 42) {
          const end = text.indexOf('*/', i + 2)
          i = end === -1 ? text.length : end + 1
          last = previous
        } else if (text.charCodeAt(i + 1) === 47) {
          const end = text.indexOf('\n', i + 2)
          i = end === -1 ? text.length : end
          last = previous
        } else if (beginsRegularExpression(text, previous, closedNoValue)) {
          const end = endOfRegularExpression(text, i)
          if (end !== -1) last = i = end
        } else add(OPERATOR)
        break
      case 63: // ? ?. ??
        if (text.charCodeAt(i + 1) === 63 || text.charCodeAt(i - 1) === 63) add(OPERATOR)
        else if (text.charCodeAt(i + 1) !== 46 || isDigit(text.charCodeAt(i + 2))) {
          add(LINK)
          conditions[conditions.length - 1]!++
        }
        break
      case 61: // = => +=
        add(text.charCodeAt(i + 1) === 62 || '+-*/%&|^'.includes(text[i - 1]!) ? LINK : OPERATOR)
        break
      case 58: // : of a label right behind another weighs more
        add(isSecondLabel(text, i) ? LINK + OPERATOR : OPERATOR)
        endsCondition = conditions.at(-1)! > 0
        if (endsCondition) conditions[conditions.length - 1]!--
        break
      default:
        if (operators.has(unit)) add(unit === 42 && text.charCodeAt(i - 1) === 42 ? RELATION : OPERATOR)
        else if (chains.at(-1) !== 0 && isNameStart(unit) && !isWordPart(text.charCodeAt(i - 1)) && !goesOn(text, i)) endChain()
    }
    if (total > deepest) deepest = total
    if (deepest > NESTING_LIMIT) break
  }
  return deepest
}

/**
 * Does a slash behind the character at `before` begin a regular expression, rather than divide?
 *
 * @param closedNoValue where that is a closing bracket: what it closed is a condition, or a block
 */
function beginsRegularExpression(text: string, before: number, closedNoValue: boolean): boolean {
  if (before < 0) return true
  const unit = text.charCodeAt(before)
  if (unit === 41 || unit === 125) return closedNoValue
  if (unit === 93 || unit === 34 || unit === 39 || unit === 96 || unit === 47 || unit > 127) return false // a value ends
  if (unit === 43 || unit === 45) return text.charCodeAt(before - 1) !== unit // a++ / b
  return isWordPart(unit) ? beforeValue.test(text.slice(Math.max(0, before - 12), before + 1)) : true
}

/** Does a brace behind the character at `before` begin an object, rather than a block or the body of a function or class? */
function isObject(text: string, before: number): boolean {
  if (before < 0) return false
  const unit = text.charCodeAt(before)
  if (unit === 62) return text.charCodeAt(before - 1) !== 61 // =>
  if (isWordPart(unit)) return beforeObject.test(text.slice(Math.max(0, before - 12), before + 1))
  return '(,=:[!&|?+-*%^~<'.includes(text[before]!)
}

/**
 * Is a function or class behind the character at `before` a value, rather than a statement?
 *
 * @param colonBeforeValue where that is a colon: does a value follow it, rather than a statement behind a label or a case?
 */
function isValueAt(text: string, before: number, colonBeforeValue: boolean): boolean {
  if (before < 0) return false
  const unit = text.charCodeAt(before)
  if (unit === 58) return colonBeforeValue
  if (!isWordPart(unit)) return '(,=[!&|?+-*%^~<>/'.includes(text[before]!)
  const words = text.slice(Math.max(0, before - 24), before + 1)
  const asynchronous = /(?:^|[^\w$.#])async$/.exec(words)
  if (asynchronous === null) return beforeOperand.test(words)
  // `async` begins no statement but a function's
  const rest = words.slice(0, asynchronous.index + 1).trimEnd()
  return rest !== '' && !/[;{}]$/.test(rest)
}

/** Upper case, `$`, `_` and what is not ASCII. */
function isNameStart(unit: number): boolean {
  return (unit >= 65 && unit <= 90) || unit === 36 || unit === 95 || unit > 127
}

/** Does a name at `at` go on with a chain? After a dot it does; what follows a comment or an escape is not looked into. */
function goesOn(text: string, at: number): boolean {
  const unit = unitBefore(text, at)
  return unit === 46 || unit === 47 || unit === 92 || unit === FAR
}

/** Is there a value right before: the end of a name, of brackets, of a string? */
function followsValue(text: string, at: number): boolean {
  const unit = unitBefore(text, at)
  return isWordPart(unit) || unit > 127 || unit === 41 || unit === 93 || unit === 125 || unit === 34 || unit === 39 || unit === 96 || unit === 47 || unit === FAR
}

/** More spaces than are looked past: anything may lie before them. */
const FAR = -1

/** The last character before `at` that is no space; NaN at the start. */
function unitBefore(text: string, at: number): number {
  for (let i = at - 1; i > at - 64; i--) {
    const unit = text.charCodeAt(i)
    if (!isSpace(unit)) return unit
  }
  return FAR
}

/** Is the word before the colon preceded by another colon: `a:b:`? */
function isSecondLabel(text: string, colon: number): boolean {
  let start = colon - 1
  while (start > colon - 64 && isSpace(text.charCodeAt(start))) start--
  while (start > colon - 128 && isWordPart(text.charCodeAt(start))) start--
  return unitBefore(text, start + 1) === 58
}

function isDigit(unit: number): boolean {
  return unit >= 48 && unit <= 57
}

function isSpace(unit: number): boolean {
  return unit === 32 || (unit >= 9 && unit <= 13)
}

/** Would native code that parses it end the process? */
export function nestsTooDeep(text: string): boolean {
  // nothing costs more than a bracket a character
  return text.length * BRACKET > NESTING_LIMIT && guessNesting(text) > NESTING_LIMIT
}

function isWordPart(unit: number): boolean {
  return (unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90) || (unit >= 48 && unit <= 57) || unit === 36 || unit === 95 || unit === 46
}
