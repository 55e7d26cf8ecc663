import { explainResolved } from '../../api/explain.ts'
import { UsageError } from '../../core/errors.ts'
import type { Question } from '../../core/format.ts'
import { printable } from '../../reporters/printable.ts'
import type { RunCommand } from '../command.ts'
import { runOptions } from '../run-options.ts'

const kinds = ['feature', 'module', 'function'] as const

export const runExplain: RunCommand = async (args, io) => {
  const asked = kinds.filter((kind) => args[kind] !== undefined)
  if (asked.length !== 1) throw new UsageError('explain: what about the file?', 'Give one of --feature, --module, --function.')
  const question: Question = { kind: asked[0]!, name: String(args[asked[0]!]) }
  const { options, progress } = await runOptions('explain', args, io)
  try {
    const explanation = await explainResolved(String(args['file']), question, options)
    progress.clear()
    io.stdout(options.config.json ? `${JSON.stringify(explanation, null, 2)}\n` : `${[explanation.summary, ...explanation.lines].map(printable).join('\n')}\n`)
    return 0
  } finally {
    progress.clear()
  }
}
