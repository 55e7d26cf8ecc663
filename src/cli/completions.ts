import { commands } from './commands/index.ts'
import { type Flag, flagsOf } from './flags.ts'

/**
 * What may stand where the cursor is: whole words that begin as the last one does. None where a file is asked for, and
 * where nothing is known.
 *
 * @param line up to the cursor, with the program's name
 */
export async function completions(line: string): Promise<readonly string[]> {
  const words = line.trimStart().split(/\s+/)
  const current = words.at(-1)!
  const before = words.slice(1, -1)
  const found = await candidates(before, current)
  return found.filter((word) => word.startsWith(current) && word !== current)
}

async function candidates(before: readonly string[], current: string): Promise<readonly string[]> {
  const command = commands.find(({ name }) => name === before.find((word) => !word.startsWith('-')))
  if (command === undefined) {
    return before.length > 0 ? [] : current.startsWith('-') ? ['--help', '--version'] : [...commands.map(({ name }) => name), 'completion']
  }
  const flags = flagsOf(command)
  const inline = /^(--[^=]+)=/.exec(current)?.[1]
  if (inline !== undefined) return (await valuesOf(flagAt(inline, flags))).map((value) => `${inline}=${value}`)
  const last = flagAt(before.at(-1) ?? '', flags)
  if (last !== undefined && last.kind !== 'switch') return valuesOf(last)
  if (current.startsWith('-')) return [...flags.map(({ name }) => `--${name}`), '--help']
  return command.name === 'targets' ? targetIds() : []
}

function flagAt(word: string, flags: readonly Flag[]): Flag | undefined {
  return flags.find(({ name, short }) => word === `--${name}` || (short !== undefined && word === `-${short}`))
}

async function valuesOf(flag: Flag | undefined): Promise<readonly string[]> {
  if (flag?.choices !== undefined) return flag.choices
  switch (flag?.name) {
    case 'target':
      return [...(await targetIds()), 'browserslist']
    case 'arch':
      return architectureNames()
    case 'cpu':
      return cpuNames()
    case 'reporter':
      return (await import('../core/report.ts')).reporters
    default:
      return []
  }
}

/** Loaded when they are asked for: a platform is a module of data. */
async function targetIds(): Promise<readonly string[]> {
  const { exampleIds, targets } = await import('../targets/all-targets.ts')
  return [...targets.map(({ id }) => id), ...exampleIds]
}

/** As users and package managers write them; those of WebAssembly are no machines. */
async function architectureNames(): Promise<readonly string[]> {
  const [{ architectures }, { nodeArchitectureName }] = await Promise.all([import('../core/requirement.ts'), import('../targets/target.ts')])
  return architectures.filter((name) => !name.startsWith('wasm')).map(nodeArchitectureName)
}

async function cpuNames(): Promise<readonly string[]> {
  return Object.keys((await import('../core/cpu-models.ts')).cpuModels)
}
