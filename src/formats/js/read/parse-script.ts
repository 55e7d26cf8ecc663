import type { Comment, EcmaScriptModule, ParseResult, Program } from 'oxc-parser'
import { LimitError, ScriptSyntaxError } from '../../../core/errors.ts'
import { NESTING_LIMIT, nestsTooDeep } from '../../../core/nesting.ts'
import { TextPositions } from './text-positions.ts'

/**
 * `module`: ECMAScript module. `commonjs`: the body of a function that Node wraps around it (return is allowed).
 * `script`: a Script; its top-level declarations are global.
 */
export type ParseGoal = 'module' | 'commonjs' | 'script'

export interface ParsedScript {
  readonly text: string
  readonly program: Program
  readonly goal: ParseGoal
  readonly module: EcmaScriptModule
  readonly comments: readonly Comment[]
  readonly positions: TextPositions
}

/** Longest text that is parsed. Denser code ends earlier: see `programOf`. */
const LENGTH_LIMIT = 64 * 1024 * 1024

/**
 * Parses with the goals that the file's name allows, the likeliest first.
 *
 * @param path decides by its extension: `.mjs` is a module, `.cjs` is not
 * @throws ScriptSyntaxError with line and column, from the first goal tried
 * @throws LimitError for a text too long or nested too deep for the parser
 */
export async function parseScript(path: string, text: string, only?: ParseGoal): Promise<ParsedScript> {
  const { parseSync } = await import('oxc-parser')
  if (text.length > LENGTH_LIMIT) {
    throw new LimitError(`the text is ${text.length} code units long; the most that is parsed is ${LENGTH_LIMIT}`)
  }
  if (nestsTooDeep(text)) {
    throw new LimitError(`the code nests deeper than ${NESTING_LIMIT} levels, which native parsers do not survive`)
  }
  const goals: readonly (ParseGoal | 'unambiguous')[] =
    only !== undefined
      ? [only]
      : /\.mjs$/i.test(path)
        ? ['module']
        : /\.cjs$/i.test(path)
          ? ['commonjs']
          : ['unambiguous', 'commonjs']
  let first: ParseResult | undefined
  for (const goal of goals) {
    const result = parseSync(path, text, { lang: 'js', astType: 'js', sourceType: goal, preserveParens: false })
    if (!result.errors.some((error) => error.severity === 'Error')) {
      const program = programOf(result, text)
      return {
        text,
        program,
        goal: goal === 'unambiguous' ? (program.sourceType === 'module' ? 'module' : 'script') : goal,
        module: result.module,
        comments: result.comments,
        positions: new TextPositions(text),
      }
    }
    first ??= result
  }
  throw syntaxError(first!, text)
}

/** On its way from the parser the tree is a text, and V8 has none of more than half a gigabyte: `a;` takes some seventy code units of it for each of its own. */
function programOf(result: ParseResult, { length }: string): Program {
  try {
    return result.program
  } catch (error) {
    if (length < 2 ** 20) throw error
    throw new LimitError(`the text is ${length} code units long, and so dense that its syntax tree is larger than the parser can hand over`, { cause: error })
  }
}

function syntaxError(result: ParseResult, text: string): ScriptSyntaxError {
  const error = result.errors.find((candidate) => candidate.severity === 'Error') ?? result.errors[0]!
  const offset = error.labels[0]?.start
  const positions = new TextPositions(text)
  return new ScriptSyntaxError(error.message, {
    hint: error.helpMessage ?? undefined,
    ...(offset === undefined ? {} : { offset: positions.byteOffset(offset), ...positions.at(offset) }),
  })
}
