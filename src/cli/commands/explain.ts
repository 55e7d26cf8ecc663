import { explainResolved } from '../../api/explain.ts'
import { UsageError } from '../../core/errors.ts'
import type { Question } from '../../core/format.ts'
import type { Command } from '../command.ts'
import { runOptions } from '../run-options.ts'

const kinds = ['feature', 'module', 'function'] as const

export const explainCommand: Command = {
  name: 'explain',
  usage: 'explain <file>',
  summary: 'Say why a file needs a feature, holds a module or keeps a function, with evidence',
  positionals: (builder) =>
    builder
      .positional('file', { type: 'string', describe: 'An ELF, WebAssembly or JavaScript file' })
      .option('feature', { type: 'string', requiresArg: true, describe: 'CPU or WebAssembly feature (avx2, lse, simd128, …)' })
      .option('module', { type: 'string', requiresArg: true, describe: 'Package or module in a bundle (lodash, src/a.ts, …)' })
      .option('function', { type: 'string', requiresArg: true, describe: 'Function of a WebAssembly module or symbol of an ELF file' }),
  async run(args, io) {
    const asked = kinds.filter((kind) => args[kind] !== undefined)
    if (asked.length !== 1) throw new UsageError('explain: what about the file?', 'Give one of --feature, --module, --function.')
    const question: Question = { kind: asked[0]!, name: String(args[asked[0]!]) }
    const { options, progress, json } = await runOptions('explain', args, io)
    try {
      const explanation = await explainResolved(String(args['file']), question, options)
      progress.clear()
      io.stdout(json ? `${JSON.stringify(explanation, null, 2)}\n` : `${[explanation.summary, ...explanation.lines].join('\n')}\n`)
      return 0
    } finally {
      progress.clear()
    }
  },
}
