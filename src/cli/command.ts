import type { CommandName } from '../config/options.ts'
import type { ExitCode } from './exit-code.ts'
import type { Io } from './io.ts'

/** Values of flags, and of the positional arguments under their name. */
export type Arguments = Readonly<Record<string, unknown>>

/** Does what a command is for. */
export type RunCommand = (args: Arguments, io: Io) => Promise<ExitCode>

/** A flag that belongs to one command and is no option of the configuration. Always with a value. */
export interface OwnFlag {
  readonly flag: string
  readonly help: string
}

/** A command of the command line: what is said of it, and where its code is. Other flags come from the options table. */
export interface Command {
  readonly name: CommandName
  readonly summary: string
  readonly positional: { readonly name: string; readonly help: string; readonly many: boolean; readonly required: boolean }
  readonly ownFlags: readonly OwnFlag[]
  /** Loaded when it runs: what one command needs is not waited for by the others. */
  load(): Promise<RunCommand>
}

/** `analyze <paths..>` */
export function usageOf({ name, positional }: Command): string {
  const what = `${positional.name}${positional.many ? '..' : ''}`
  return `${name} ${positional.required ? `<${what}>` : `[${what}]`}`
}
