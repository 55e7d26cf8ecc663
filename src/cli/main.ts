import yargs from 'yargs'
import { tool } from '../api/version.ts'
import type { CommandName } from '../config/options.ts'
import { ConfigError, ShrinkError, toDiagnostic, UsageError } from '../core/errors.ts'
import { nearest } from '../core/nearest.ts'
import { analyzeCommand } from './commands/analyze.ts'
import { buildCommand } from './commands/build.ts'
import { explainCommand } from './commands/explain.ts'
import { targetsCommand } from './commands/targets.ts'
import type { Command } from './command.ts'
import type { ExitCode } from './exit-code.ts'
import { flagsOf } from './flags.ts'
import { type Io, processIo } from './io.ts'

const commands: readonly Command[] = [analyzeCommand, buildCommand, explainCommand, targetsCommand]

/** Runs a command line. Never throws. @param argv without the program's name */
export async function main(argv: readonly string[], io: Io = processIo()): Promise<ExitCode> {
  try {
    return await dispatch(argv, io)
  } catch (error) {
    return fail(error, io)
  }
}

async function dispatch(argv: readonly string[], io: Io): Promise<ExitCode> {
  let chosen: { readonly command: Command; readonly args: Readonly<Record<string, unknown>> } | undefined
  let parser = yargs([...argv])
    .scriptName('shrink')
    .usage('$0 <command>\n\nMakes what you deploy smaller, and says where it runs.')
    .version(tool.version)
    .help()
    .alias('help', 'h')
    .strict()
    .exitProcess(false)
    .parserConfiguration({ 'camel-case-expansion': false, 'populate--': false })
    .demandCommand(1, 'a command is needed')
    .wrap(null)
    .fail((message, error) => {
      throw error ?? usageError(message, argv)
    })
  for (const command of commands) {
    parser = parser.command(
      command.usage,
      command.summary,
      (builder) =>
        command
          .positionals(builder)
          .options(flagsOf(command.name))
          .option('config', { type: 'string', requiresArg: true, describe: 'Configuration file (default: shrink.config.*, package.json#shrink)' })
          .option('no-config', { type: 'boolean', describe: 'Use no configuration file' }),
      (args) => {
        chosen = { command, args: args as Readonly<Record<string, unknown>> }
      },
    )
  }
  let printed = ''
  await parser.parseAsync([...argv], {}, (_error: unknown, _args: unknown, output: string) => {
    printed = output
  })
  if (printed !== '') io.stdout(`${printed}\n`)
  return chosen === undefined ? 0 : chosen.command.run(chosen.args, io)
}

/** yargs names what is wrong; this adds what was probably meant. */
function usageError(message: string, argv: readonly string[]): UsageError {
  const unknown = /^Unknown (?:arguments?|commands?): (.+)$/.exec(message)?.[1]
  if (message.startsWith('Not enough non-option arguments')) {
    const named = commands.find((candidate) => candidate.name === argv[0])
    return new UsageError(`shrink ${named?.usage ?? '<command>'}: something is missing`, 'Run it with --help.')
  }
  if (unknown === undefined) return new UsageError(message, 'Run `shrink --help`.')
  const command = commands.find((candidate) => argv.includes(candidate.name))
  const first = unknown.split(', ')[0]!
  if (command === undefined) {
    const near = nearest(first, commands.map((candidate) => candidate.name))
    return new UsageError(`unknown command \`${first}\``, near ? `Did you mean \`shrink ${near}\`?` : 'Run `shrink --help`.')
  }
  const near = nearest(first, Object.keys(flagsOf(command.name as CommandName)))
  return new UsageError(`unknown option \`--${first}\``, near ? `Did you mean \`--${near}\`?` : `Run \`shrink ${command.name} --help\`.`)
}

function fail(error: unknown, io: Io): ExitCode {
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
