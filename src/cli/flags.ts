import type { UserConfig } from '../config/config.ts'
import { type CommandName, type Option, optionSections } from '../config/options.ts'
import type { Arguments, Command } from './command.ts'

/** A flag as the command line takes it. */
export interface Flag {
  readonly name: string
  readonly short?: string
  readonly help: string
  /** Heading of `--help`. */
  readonly group: string
  readonly kind: 'switch' | 'text' | 'number' | 'texts'
  /** All there are, where they are few. */
  readonly choices?: readonly string[]
}

/** The flags of a command: its own, then those of the options table. */
export function flagsOf(command: Command): readonly Flag[] {
  const flags: Flag[] = command.ownFlags.map(({ flag, help }) => ({ name: flag, help, group: 'Question', kind: 'text' }))
  for (const section of optionSections) {
    for (const option of section.options) {
      if (option.flag === undefined || !option.commands.includes(command.name)) continue
      flags.push({
        name: option.flag,
        help: withDefault(option),
        group: section.title,
        kind: kindOf(option),
        ...(option.alias === undefined ? {} : { short: option.alias }),
        ...(option.type === 'enum' ? { choices: option.values } : {}),
      })
    }
  }
  flags.push({ name: 'config', help: 'Configuration file (default: shrink.config.*, package.json#shrink); --no-config: none', group: 'General', kind: 'text' })
  return flags
}

function withDefault(option: Option): string {
  const silent = option.default === null || option.default === false || (typeof option.default === 'object' && Object.keys(option.default).length === 0)
  return silent ? option.help : `${option.help} [${String(option.default)}]`
}

function kindOf(option: Option): Flag['kind'] {
  switch (option.type) {
    case 'boolean':
      return 'switch'
    case 'number':
      return 'number'
    case 'list':
    case 'map':
      return 'texts'
    case 'enum':
    case 'string':
    case 'json':
      return 'text'
  }
}

/** The flags that were given, as a layer of the configuration. Values are checked there, like those of a file. */
export function flagsToConfig(command: CommandName, args: Arguments): UserConfig {
  const layer: Record<string, unknown> = {}
  for (const section of optionSections) {
    for (const option of section.options) {
      if (option.flag === undefined || !option.commands.includes(command)) continue
      const value = args[option.flag]
      if (value === undefined) continue
      const target = section.key === '' ? layer : ((layer[section.key] ??= {}) as Record<string, unknown>)
      target[option.key] = option.type === 'map' ? toMap(value as readonly string[]) : value
    }
  }
  return layer as UserConfig
}

/** `name=value` pairs. */
function toMap(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
}
