import { tool } from '../api/version.ts'
import { ConfigError, ShrinkError, toDiagnostic, UsageError } from '../core/errors.ts'
import type { ExitCode } from './exit-code.ts'
import { type Io, processIo } from './io.ts'
import { printableLines } from '../reporters/printable.ts'
import { parseArguments } from './parse-arguments.ts'

/** Runs a command line. Never throws. @param argv without the program's name */
export async function main(argv: readonly string[], io: Io = processIo()): Promise<ExitCode> {
  try {
    return await dispatch(argv, io)
  } catch (error) {
    return fail(error, io)
  }
}

async function dispatch(argv: readonly string[], io: Io): Promise<ExitCode> {
  const [asked, shell, ...rest] = argv
  if (asked === 'completion' && rest.length === 0 && shell?.startsWith('-') !== true) {
    // one script is for both: other programs have to be told for which
    if (shell !== undefined && shell !== 'bash' && shell !== 'zsh') throw new UsageError(`completion: \`${shell}\` is none of bash, zsh`)
    const { completionScript } = await import('./completion-script.ts')
    io.stdout(completionScript)
    return 0
  }
  if (argv[0] === '--complete' && argv.length === 2) {
    const { completions } = await import('./completions.ts')
    io.stdout((await completions(argv[1]!)).map((line) => `${line}\n`).join(''))
    return 0
  }
  const request = parseArguments(argv)
  if (request.kind === 'version') {
    io.stdout(`${tool.version}\n`)
    return 0
  }
  if (request.kind === 'help') {
    const { helpText } = await import('./describe-commands.ts')
    io.stdout(await helpText(request.command))
    return 0
  }
  const run = await request.command.load()
  return run(request.args, io)
}

function fail(error: unknown, { signal, stderr }: Io): ExitCode {
  const io = { signal, stderr: (text: string) => stderr(printableLines(text)) }
  if (io.signal.aborted) {
    io.stderr('shrink: interrupted; nothing was changed\n')
    return 130
  }
  if (error instanceof UsageError || error instanceof ConfigError) {
    io.stderr(`shrink: ${error.message}\n${error.hint === undefined ? '' : `  → ${error.hint}\n`}`)
    return 2
  }
  if (error instanceof ShrinkError) {
    const { message, hint, code } = toDiagnostic(error, '')
    io.stderr(`shrink: ${message} (${code})\n${hint === undefined ? '' : `  → ${hint}\n`}`)
    return 3
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  io.stderr(`shrink: internal error. This is a bug; please report it with the text below and the command line.\n${stack}\n`)
  return 70
}
