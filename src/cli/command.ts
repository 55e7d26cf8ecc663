import type { Argv } from 'yargs'
import type { CommandName } from '../config/options.ts'
import type { ExitCode } from './exit-code.ts'
import type { Io } from './io.ts'

/** A command of the command line: its usage, and what it does. Flags come from the options table. */
export interface Command {
  readonly name: CommandName
  /** In yargs' notation: `analyze <paths..>`. */
  readonly usage: string
  readonly summary: string
  positionals(builder: Argv): Argv
  run(args: Readonly<Record<string, unknown>>, io: Io): Promise<ExitCode>
}
