/**
 * Deepest nesting that is given to native code, in the units of `guessNesting`. The parser and the minifiers recurse:
 * on the 4 MiB stack of a worker thread they overflow, and take the process with them, at 3000 nested functions, at
 * 12000 brackets, at 50000 terms of a sum (docs/js.md). Written and generated code stays below a tenth of the limit.
 */
export const NESTING_LIMIT = 20_000

const BRACKET = 20
const LINK = 6
const OPERATOR = 1

const keywords = /(?:typeof|void|delete|await|yield|new|do|while|for|with|class|else|if|extends)\b/y
const operators = new Set('!~+-*/%=&|^<>:'.split('').map((char) => char.charCodeAt(0)))
const CLOSERS = ')]}'

/**
 * An upper guess of how deep a text nests, from its tokens alone: brackets, and what nests without brackets: operators,
 * `a=>a=>`, `a?b:a?b:`, `if(a)if(a)`, `else if`. Strings and comments are left out; a regular expression is read as if
 * it were code, and a closing bracket closes everything up to its own opener, so what is misread does not add up.
 * Stops counting past the limit.
 */
export function guessNesting(text: string): number {
  /** Per open bracket: its kind, and the cost of what was met directly inside it since the last `;` or `,`. */
  const kinds: number[] = [-1]
  const runs: number[] = [0]
  let total = 0
  let deepest = 0
  /** Up to here quotes were found to have no partner on their line. */
  let plainUntil = 0
  const add = (cost: number): void => {
    runs[runs.length - 1]! += cost
    total += cost
  }
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= 97 && unit <= 122) {
      if (!isWordPart(text.charCodeAt(i - 1))) {
        keywords.lastIndex = i
        if (keywords.test(text)) add(LINK)
      }
      continue
    }
    switch (unit) {
      case 34: // "
      case 39: // '
        if (i >= plainUntil) {
          const end = endOfString(text, i, unit)
          if (text.charCodeAt(end) === unit) i = end
          else plainUntil = end
        }
        break
      case 40: // (
      case 91: // [
      case 123: // {
        kinds.push(unit === 40 ? 0 : unit === 91 ? 1 : 2)
        runs.push(0)
        total += BRACKET
        break
      case 41: // )
      case 93: // ]
      case 125: {
        // }
        const opener = kinds.lastIndexOf(CLOSERS.indexOf(text[i]!))
        if (opener < 1) break
        while (kinds.length > opener) {
          kinds.pop()
          total -= BRACKET + runs.pop()!
        }
        break
      }
      case 59: // ;
      case 44: // ,
        // `if(a);else if(a);else …` nests too
        if (unit === 44 || !/^\s*else\b/.test(text.slice(i + 1, i + 32))) {
          total -= runs.at(-1)!
          runs[runs.length - 1] = 0
        }
        break
      case 47: // /
        if (text.charCodeAt(i + 1) === 42) {
          const end = text.indexOf('*/', i + 2)
          i = end === -1 ? text.length : end + 1
        } else if (text.charCodeAt(i + 1) === 47) {
          const end = text.indexOf('\n', i + 2)
          i = end === -1 ? text.length : end
        } else add(OPERATOR)
        break
      case 63: // ?
        add(LINK)
        break
      case 61: // = =>
        add(text.charCodeAt(i + 1) === 62 ? LINK : OPERATOR)
        break
      default:
        if (operators.has(unit)) add(OPERATOR)
    }
    if (total > deepest) deepest = total
    if (deepest > NESTING_LIMIT) break
  }
  return deepest
}

function isWordPart(unit: number): boolean {
  return (unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90) || (unit >= 48 && unit <= 57) || unit === 36 || unit === 95 || unit === 46
}

/** The closing quote, or where the line ends: then it was no string. */
function endOfString(text: string, start: number, quote: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit === quote || unit === 10) return i
    if (unit === 92) i++
  }
  return text.length
}
