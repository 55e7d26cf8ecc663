import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ConfigError } from '../core/errors.ts'
import { temporaryFolder } from './temporary-folder.ts'

const names = ['shrink.config.ts', 'shrink.config.mjs', 'shrink.config.js', 'shrink.config.json'] as const

/**
 * Finds and loads the configuration: `shrink.config.{ts,mjs,js,json}` or the key `shrink` of package.json in `cwd`.
 *
 * @param file a path given by the user instead
 * @returns the loose values and the name to cite in errors; undefined when there is none
 * @throws ConfigError when a file is there but cannot be loaded, or when two are there
 */
export async function loadConfig(cwd: string, file?: string): Promise<{ from: string; values: unknown } | undefined> {
  if (file !== undefined) {
    const path = resolve(cwd, file)
    if (!(await isFile(path))) throw new ConfigError(`${file}: no such configuration file`)
    return { from: file, values: await loadFile(path) }
  }
  const found: string[] = []
  for (const name of names) if (await isFile(join(cwd, name))) found.push(name)
  if (found.length > 1) throw new ConfigError(`${found.join(' and ')}: which of them is meant?`, 'Keep one, or name it with --config.')
  if (found.length === 1) return { from: found[0]!, values: await loadFile(join(cwd, found[0]!)) }
  return fromPackage(join(cwd, 'package.json'))
}

async function fromPackage(path: string): Promise<{ from: string; values: unknown } | undefined> {
  if (!(await isFile(path))) return undefined
  const values = (await loadJson(path)) as { readonly shrink?: unknown } | null
  if (typeof values !== 'object' || values === null || values.shrink === undefined) return undefined
  return { from: 'package.json#shrink', values: values.shrink }
}

async function loadFile(path: string): Promise<unknown> {
  if (path.endsWith('.json')) return loadJson(path)
  const module = path.endsWith('.ts') || path.endsWith('.mts') ? await importTypeScript(path) : await importModule(path, path)
  if (!('default' in module)) throw new ConfigError(`${basename(path)}: no default export`, 'Write `export default defineConfig({ … })`.')
  return module['default']
}

async function loadJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    throw new ConfigError(`${basename(path)}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Node 20 runs no TypeScript, so the file is bundled (packages stay outside) and imported from beside itself. */
async function importTypeScript(path: string): Promise<Record<string, unknown>> {
  const { build } = await import('esbuild')
  const folder = await temporaryFolder(join(dirname(path), '.shrink-config-')).catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(`${basename(path)}: its folder cannot be written: ${error.code ?? error.message}`, 'Use a .mjs configuration there.')
  })
  const outfile = join(folder.path, 'config.mjs')
  try {
    await build({
      entryPoints: [path],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      logLevel: 'silent',
      target: `node${process.versions.node}`,
    }).catch((error: unknown) => {
      throw new ConfigError(`${basename(path)}: ${error instanceof Error ? error.message : String(error)}`)
    })
    return await importModule(outfile, path)
  } finally {
    await folder.remove()
  }
}

async function importModule(path: string, shown: string): Promise<Record<string, unknown>> {
  try {
    // The time stamp makes a second load in one process (watch mode, tests) see a changed file.
    const { mtimeMs } = await stat(path)
    return (await import(`${pathToFileURL(path).href}?${mtimeMs}`)) as Record<string, unknown>
  } catch (error) {
    throw new ConfigError(`${basename(shown)}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => status.isFile(),
    () => false,
  )
}
