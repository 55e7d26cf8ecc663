import yargs, { type Argv, type Options } from 'yargs'
import { tool } from '../api/version.ts'
import { commands } from './commands/index.ts'
import { type Command, usageOf } from './command.ts'
import { type Flag, flagsOf } from './flags.ts'

const typeOf: Readonly<Record<Flag['kind'], Options>> = {
  switch: { type: 'boolean' },
  text: { type: 'string', requiresArg: true },
  number: { type: 'number', requiresArg: true },
  texts: { type: 'string', array: true, nargs: 1 },
}

/**
 * The command line as yargs describes it, from the table that `parse-arguments.ts` reads it by: for `--help`.
 * Loaded for that only: yargs takes a third of the time of a build that has nothing to do.
 */
function describeCommands(): Argv {
  return commands.reduce<Argv>(
    (parser, command) => parser.command(usageOf(command), command.summary, (builder) => describe(command, builder), () => undefined),
    yargs()
      .scriptName('shrink')
      .usage('$0 <command>\n\nMakes what you deploy smaller, and says where it runs.')
      .version(tool.version)
      .help()
      .alias('help', 'h')
      .command('completion', 'Print a script for bash or zsh that completes commands, options and their values')
      .exitProcess(false)
      .wrap(null),
  )
}

function describe(command: Command, builder: Argv): Argv {
  const { name, help, many } = command.positional
  const options = flagsOf(command).map(({ name: flag, help: describeFlag, group, kind, short, choices }): [string, Options] => [
    flag,
    {
      ...typeOf[kind],
      describe: describeFlag,
      group: `${group}:`,
      ...(short === undefined ? {} : { alias: short }),
      ...(choices === undefined ? {} : { choices }),
    },
  ])
  return builder.positional(name, { describe: help, type: 'string', ...(many ? { array: true } : {}) }).options(Object.fromEntries(options))
}

/** What `shrink --help` prints, or `shrink COMMAND --help`. */
export async function helpText(command: Command | undefined): Promise<string> {
  const argv = command === undefined ? ['--help'] : [command.name, '--help']
  return new Promise((resolve, reject) => {
    void describeCommands().parse(argv, {}, (error: Error | undefined, _args: unknown, output: string) => {
      if (error) reject(error)
      else resolve(`${output}\n`)
    })
  })
}
