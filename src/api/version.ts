import { readFileSync } from 'node:fs'

/** From the package itself: compiled code lies one folder deeper than the sources. */
function readVersion(): string {
  for (const up of ['../../../package.json', '../../package.json']) {
    try {
      const text = readFileSync(new URL(up, import.meta.url), 'utf8')
      const parsed = JSON.parse(text) as { readonly name?: string; readonly version?: string }
      if (parsed.name === 'shrink-artifacts' && parsed.version !== undefined) return parsed.version
    } catch {
      // not there: try the next
    }
  }
  return '0.0.0'
}

export const tool: { readonly name: string; readonly version: string } = { name: 'shrink', version: readVersion() }
