import { join } from 'node:path'
import type { Config } from '../../config/config.ts'
import { readStable } from '../../node/read-stable.ts'
import type { Input } from '../open-input.ts'
import { type UnreachedExports, unreachedExports } from './unreached-exports.ts'

/** `unreachedExports` over all inputs, paths with their prefixes: a script of one may load a module of another. */
export async function unreachedOfInputs(inputs: readonly Input[], { formats, level }: Config): Promise<UnreachedExports> {
  if (formats.wasm['dropExports'] === false || formats.wasm['optimize'] === false || level === 'fast') return { byPath: {}, diagnostics: [] }
  const sources = new Map<string, string>()
  const files = inputs.flatMap(({ files: own, prefix, root }) =>
    own.flatMap(({ link, path, ...file }) => {
      if (link !== undefined) return []
      sources.set(prefix + path, join(root, path))
      return [{ ...file, path: prefix + path }]
    }),
  )
  return unreachedExports(files, async (path) => {
    try {
      return readStable(sources.get(path)!)
    } catch {
      return undefined
    }
  })
}

/** The options of a file's job, with what is known of its module, or of the modules that it holds. */
export function optionsOfFile(
  formats: Config['formats'],
  prefix: string,
  path: string,
  byPath: UnreachedExports['byPath'],
): Config['formats'] {
  const own = Object.entries(byPath).filter(([module]) => module === prefix + path || module.startsWith(`${prefix}${path}#`))
  if (own.length === 0) return formats
  const unreached = Object.fromEntries(own.map(([module, names]) => [module.slice(prefix.length), names]))
  return { ...formats, wasm: { ...formats.wasm, unreachedExports: unreached } }
}
