import { parseArgs } from 'node:util'
import { UsageError } from '../core/errors.ts'
import { nearest } from '../core/nearest.ts'
import { commands } from './commands/index.ts'
import { type Arguments, type Command, usageOf } from './command.ts'
import { type Flag, flagsOf } from './flags.ts'

/** What a command line asks for. */
export type Request =
  | { readonly kind: 'version' }
  /** Without a command: of the program. */
  | { readonly kind: 'help'; readonly command?: Command }
  | { readonly kind: 'run'; readonly command: Command; readonly args: Arguments }

/**
 * Reads a command line: `COMMAND`, flags and positional arguments in any order.
 *
 * @param argv without the program's name
 * @throws UsageError that names what was probably meant
 */
export function parseArguments(argv: readonly string[]): Request {
  const at = argv.findIndex((argument) => !argument.startsWith('-'))
  const command = at < 0 ? undefined : commands.find(({ name }) => name === argv[at])
  const flags = command === undefined ? [] : flagsOf(command)
  const tokens = tokensOf(at < 0 ? argv : argv.toSpliced(at, 1), flags)
  const asked = (name: string): boolean => tokens.some((token) => token.kind === 'option' && token.name === name)
  if (asked('version')) return { kind: 'version' }
  if (asked('help')) return { kind: 'help', ...(command === undefined ? {} : { command }) }
  if (command === undefined) throw unknownCommand(at < 0 ? undefined : argv[at])
  const args: Record<string, unknown> = {}
  const positionals: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind === 'option') readFlag(token, flags, args, command)
  }
  const { name, many, required } = command.positional
  if (required && positionals.length === 0) throw new UsageError(`shrink ${usageOf(command)}: nothing is named`, 'Run it with --help.')
  if (!many && positionals.length > 1) throw new UsageError(`shrink ${usageOf(command)}: \`${positionals[1]}\` is too much`, 'Run it with --help.')
  args[name] = many ? positionals : positionals[0]
  return { kind: 'run', command, args }
}

interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

function tokensOf(argv: readonly string[], flags: readonly Flag[]): NonNullable<ReturnType<typeof parseArgs>['tokens']> {
  const known = Object.fromEntries(
    flags.map(({ name, kind, short }) => [name, { type: kind === 'switch' ? 'boolean' as const : 'string' as const, ...(short === undefined ? {} : { short }) }]),
  )
  const options = { ...known, help: { type: 'boolean', short: 'h' }, version: { type: 'boolean' } } as const
  return parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true }).tokens
}

function readFlag(token: OptionToken, flags: readonly Flag[], args: Record<string, unknown>, command: Command): void {
  const { name, rawName, value, inlineValue } = token
  const flag = flags.find((candidate) => candidate.name === name)
  const negated = name.startsWith('no-') ? flags.find((candidate) => candidate.name === name.slice(3)) : undefined
  if (flag === undefined) {
    if (negated === undefined || (negated.kind !== 'switch' && negated.name !== 'config')) throw unknownFlag(rawName, flags, command)
    if (value !== undefined) throw new UsageError(`${rawName} takes no value`)
    args[negated.name] = false
    return
  }
  if (flag.kind === 'switch') {
    if (value !== undefined && value !== 'true' && value !== 'false') throw new UsageError(`${rawName} takes no value but true or false`)
    args[name] = value !== 'false'
    return
  }
  if (value === undefined || (value.startsWith('-') && inlineValue !== true)) {
    throw new UsageError(`${rawName} needs a value`, value === undefined ? undefined : `For a value that starts with a dash: \`${rawName}=${value}\`.`)
  }
  if (flag.kind === 'texts') args[name] = [...((args[name] as string[] | undefined) ?? []), value]
  // what is no number stays as it is: the configuration's reader says so
  else args[name] = flag.kind === 'number' && value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value
}

function unknownCommand(name: string | undefined): UsageError {
  if (name === undefined) return new UsageError('a command is needed', 'Run `shrink --help`.')
  const near = nearest(name, commands.map((candidate) => candidate.name))
  return new UsageError(`unknown command \`${name}\``, near ? `Did you mean \`shrink ${near}\`?` : 'Run `shrink --help`.')
}

function unknownFlag(name: string, flags: readonly Flag[], command: Command): UsageError {
  const near = nearest(name.replace(/^-+/, ''), flags.map((flag) => flag.name))
  return new UsageError(`unknown option \`${name}\``, near ? `Did you mean \`--${near}\`?` : `Run \`shrink ${command.name} --help\`.`)
}
