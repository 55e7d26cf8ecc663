import { LimitError } from '../core/errors.ts'
import { parseScript } from '../formats/js/read/parse-script.ts'
import { readScopes } from '../formats/js/scope/read-scopes.ts'
import { FREE } from '../formats/js/scope/scopes.ts'

/**
 * What CommonJS code takes for granted and an ES module on Node does not have. Each is added only to chunks that use the
 * name and do not declare it; functions in the chunk may have a variable of that name.
 *
 * @throws ShrinkError for a chunk that does not parse
 */
export async function nodeShims(path: string, code: string): Promise<string | undefined> {
  const lines: string[] = []
  const needsRequire = /\btypeof require\b/.test(code) && /Dynamic require of/.test(code)
  const free = needsRequire || /\b__(?:dirname|filename)\b/.test(code) ? await freeNames(path, code) : new Set<string>()
  if (needsRequire && free.has('require')) {
    lines.push(
      `import { createRequire as __shrinkCreateRequire } from 'node:module'; const require = __shrinkCreateRequire(import.meta.url)`,
    )
  }
  const needsFile = free.has('__filename')
  const needsFolder = free.has('__dirname')
  if (needsFile || needsFolder) {
    lines.push(`import { fileURLToPath as __shrinkFilePath } from 'node:url'`)
    if (needsFile) lines.push('const __filename = __shrinkFilePath(import.meta.url)')
    if (needsFolder) lines.push(`const __dirname = __shrinkFilePath(new URL('.', import.meta.url)).slice(0, -1)`)
  }
  return lines.length === 0 ? undefined : `${lines.join('; ')}\n`
}

async function freeNames(path: string, code: string): Promise<ReadonlySet<string>> {
  const script = await parseScript(path, code).catch((error: unknown) => {
    if (error instanceof LimitError) return undefined
    throw error
  })
  // Nested too deep to be read: a shim too many is harmless unless the chunk declares that name at its top.
  if (script === undefined) return new Set(['require', '__filename', '__dirname'].filter((name) => code.includes(name)))
  const { bindings, occurrenceCount, occurrenceNames } = await readScopes(script.program, { freezeTop: true })
  const names = new Set<string>()
  for (let i = 0; i < occurrenceCount; i++) if (bindings[i] === FREE) names.add(occurrenceNames[i]!)
  return names
}

/**
 * What `import.meta` is in CommonJS on Node: `commonJsShims` gives these names their values. They are names of their own,
 * for bundlers write `var __dirname = import.meta.dirname`.
 */
export const importMetaInCommonJs: Readonly<Record<string, string>> = {
  'import.meta.url': '__shrinkFileUrl',
  'import.meta.filename': '__shrinkFile',
  'import.meta.dirname': '__shrinkFolder',
}

const values: readonly (readonly [string, string])[] = [
  ['__shrinkFileUrl', `require('node:url').pathToFileURL(__filename).href`],
  ['__shrinkFile', '__filename'],
  ['__shrinkFolder', '__dirname'],
]

/** The values of `import.meta` in CommonJS, for chunks that ask for them. */
export function commonJsShims(code: string): string | undefined {
  const needed = values.filter(([name]) => new RegExp(`\\b${name}\\b`).test(code))
  return needed.length === 0 ? undefined : `const ${needed.map(([name, value]) => `${name} = ${value}`).join(', ')}\n`
}
