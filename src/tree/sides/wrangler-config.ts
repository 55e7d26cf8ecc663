import { withoutComments } from '../../core/jsonc.ts'
import type { HostingConfig } from './hosting-config.ts'

export const wranglerNames: readonly string[] = ['wrangler.json', 'wrangler.jsonc', 'wrangler.toml']

const servedKeys: ReadonlySet<string> = new Set(['assets.directory', 'site.bucket', 'pages_build_output_dir'])

/**
 * The Worker’s script, and `assets.directory`, `site.bucket`, `pages_build_output_dir`. Undefined for what cannot be read: then
 * nothing is known.
 * @param name of the file: what it ends with says how it is written
 */
export function readWranglerConfig(name: string, text: string): HostingConfig | undefined {
  const settings = name.endsWith('.toml') ? tomlStrings(text) : jsonStrings(text)
  if (settings === undefined) return undefined
  const served = settings.filter(([key]) => servedKeys.has(key.replace(/^env\.[^.]+\./, ''))).map(([, value]) => value)
  return { main: settings.find(([key]) => key === 'main')?.[1], served: [...new Set(served)] }
}

type Settings = [key: string, value: string][]

/** Strings by their dotted path. */
function jsonStrings(text: string): Settings | undefined {
  let value: unknown
  try {
    value = JSON.parse(withoutComments(text))
  } catch {
    return undefined
  }
  const found: Settings = []
  const visit = (at: unknown, path: string, depth: number): void => {
    if (typeof at === 'string') found.push([path, at])
    // what is looked for lies in `env.NAME.assets.directory` at most
    else if (typeof at === 'object' && at !== null && !Array.isArray(at) && depth < 4) {
      for (const [key, child] of Object.entries(at)) visit(child, path === '' ? key : `${path}.${key}`, depth + 1)
    }
  }
  visit(value, '', 0)
  return found
}

const tomlString = `"((?:[^"\\\\\\n]|\\\\.)*)"|'([^'\\n]*)'`
const tomlPair = new RegExp(`([\\w-]+(?:\\s*\\.\\s*[\\w-]+)*)\\s*=\\s*(?:${tomlString})`, 'g')

/** Nobody writes longer ones, and matching them takes the square of their length. */
const longestLine = 2000

/** Of TOML, strings on one line, in tables and in tables within a line: all that wrangler's paths are. */
function tomlStrings(text: string): Settings {
  const found: Settings = []
  let table = ''
  for (const line of text.split('\n')) {
    if (line.length > longestLine) continue
    const trimmed = line.trim()
    const header = /^\[{1,2}([^[\]]+)\]{1,2}\s*(?:#.*)?$/.exec(trimmed)?.[1]
    if (header !== undefined) {
      table = `${dotted(header)}.`
      continue
    }
    const inline = /^([\w-]+(?:\s*\.\s*[\w-]+)*)\s*=\s*\{/.exec(trimmed)?.[1]
    const prefix = inline === undefined ? table : `${table}${dotted(inline)}.`
    const pairs = inline === undefined ? [...trimmed.matchAll(tomlPair)].filter(({ index }) => index === 0) : trimmed.slice(trimmed.indexOf('{')).matchAll(tomlPair)
    for (const [, key, quoted, literal] of pairs) found.push([prefix + dotted(key!), literal ?? unescaped(quoted!)])
  }
  return found
}

function dotted(key: string): string {
  return key.split('.').map((part) => part.trim().replace(/^["']|["']$/g, '')).join('.')
}

function unescaped(text: string): string {
  return text.replace(/\\(["\\])/g, '$1')
}
