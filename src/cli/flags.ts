import type { Options } from 'yargs'
import { type CommandName, type Option, optionSections } from '../config/options.ts'
import type { UserConfig } from '../config/config.ts'

/** The flags of a command as yargs wants them, made from the options table. */
export function flagsOf(command: CommandName): Record<string, Options> {
  const flags: Record<string, Options> = {}
  for (const section of optionSections) {
    for (const option of section.options) {
      if (option.flag === undefined || !option.commands.includes(command)) continue
      flags[option.flag] = {
        ...flagType(option),
        describe: withDefault(option),
        group: `${section.title}:`,
        ...(option.alias === undefined ? {} : { alias: option.alias }),
      }
    }
  }
  return flags
}

function withDefault(option: Option): string {
  const silent = option.default === null || option.default === false || (typeof option.default === 'object' && Object.keys(option.default).length === 0)
  return silent ? option.help : `${option.help} [${String(option.default)}]`
}

function flagType(option: Option): Options {
  switch (option.type) {
    case 'boolean':
      return { type: 'boolean' }
    case 'number':
      return { type: 'number', requiresArg: true }
    case 'list':
    case 'map':
      return { type: 'string', array: true, nargs: 1 }
    case 'enum':
    case 'string':
    case 'json':
      return { type: 'string', requiresArg: true }
  }
}

/** The flags that were given, as a layer of the configuration. Values are checked there, like those of a file. */
export function flagsToConfig(command: CommandName, argv: Readonly<Record<string, unknown>>): UserConfig {
  const layer: Record<string, unknown> = {}
  for (const section of optionSections) {
    for (const option of section.options) {
      if (option.flag === undefined || !option.commands.includes(command)) continue
      const value = argv[option.flag]
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
