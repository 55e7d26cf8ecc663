import type { ParsedScript } from '../read/parse-script.ts'

/** Comments that licences ask to be kept: `/*!`, `//!`, and those with @license or @preserve. In order, each once. */
export function legalComments(script: ParsedScript): string[] {
  const found = new Set<string>()
  for (const { type, value, start, end } of script.comments) {
    if (start === 0 && script.text.startsWith('#!')) continue
    if (!value.startsWith('!') && !/@(?:license|licence|preserve)\b/i.test(value)) continue
    found.add(type === 'Line' ? `/*${value.replaceAll('*/', '*\\/')}*/` : script.text.slice(start, end))
  }
  return [...found]
}
