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

export const commands: readonly Command[] = [
  {
    name: 'analyze',
    summary: 'Say what is in files, folders or archives, what it weighs and where it runs',
    positional: { name: 'paths', help: 'Files, folders, zip or tar(.gz) archives, script sources', many: true, required: true },
    ownFlags: [],
    load: async () => (await import('./commands/analyze.ts')).runAnalyze,
  },
  {
    name: 'build',
    summary: 'Write an optimised copy of folders, archives or entry points, each file checked',
    positional: { name: 'paths', help: 'Folders, archives, binaries or script entry points (default: dist)', many: true, required: false },
    ownFlags: [],
    load: async () => (await import('./commands/build.ts')).runBuild,
  },
  {
    name: 'explain',
    summary: 'Say why a file needs a feature, holds a module or keeps a function, with evidence',
    positional: { name: 'file', help: 'An ELF, WebAssembly or JavaScript file', many: false, required: true },
    ownFlags: [
      { flag: 'feature', help: 'CPU or WebAssembly feature (avx2, lse, simd128, …)' },
      { flag: 'module', help: 'Package or module in a bundle (lodash, src/a.ts, …)' },
      { flag: 'function', help: 'Function of a WebAssembly module or symbol of an ELF file' },
    ],
    load: async () => (await import('./commands/explain.ts')).runExplain,
  },
  {
    name: 'targets',
    summary: 'List the deployment targets, or show one with the source of each fact',
    positional: { name: 'id', help: 'A target, as --target takes it', many: false, required: false },
    ownFlags: [],
    load: async () => (await import('./commands/targets.ts')).runTargets,
  },
]
