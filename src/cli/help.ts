import { type Command, commands, usageOf } from './command.ts'
import { type Flag, flagsOf } from './flags.ts'

const general: readonly Flag[] = [
  { name: 'help', short: 'h', help: 'Show help', group: 'Help', kind: 'switch' },
  { name: 'version', help: 'Show the version number', group: 'Help', kind: 'switch' },
]

/** What `shrink --help` prints. */
export function programHelp(): string {
  return [
    'shrink <command>',
    '',
    'Makes what you deploy smaller, and says where it runs.',
    '',
    'Commands:',
    ...columns(commands.map((command) => [`shrink ${usageOf(command)}`, command.summary])),
    '',
    ...flagBlocks(general),
    'shrink <command> --help shows the options of a command.',
    '',
  ].join('\n')
}

/** What `shrink COMMAND --help` prints. */
export function commandHelp(command: Command): string {
  return [
    `shrink ${usageOf(command)}`,
    '',
    command.summary,
    '',
    ...columns([[command.positional.name, command.positional.help]]),
    '',
    ...flagBlocks([...flagsOf(command), ...general]),
  ].join('\n')
}

function flagBlocks(flags: readonly Flag[]): string[] {
  const groups = new Map<string, Flag[]>()
  for (const flag of flags) groups.set(flag.group, [...(groups.get(flag.group) ?? []), flag])
  return [...groups].flatMap(([group, members]) => [`${group}:`, ...columns(members.map((flag) => [flagText(flag), flag.help])), ''])
}

function flagText({ name, short, kind }: Flag): string {
  const values: Readonly<Record<Flag['kind'], string>> = { switch: '', number: ' N', text: ' TEXT', texts: ' TEXT' }
  return `${short === undefined ? '    ' : `-${short}, `}--${name}${values[kind]}`
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}
