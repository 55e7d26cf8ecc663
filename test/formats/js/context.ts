import type { Context } from '../../../src/core/context.ts'
import type { Diagnostic } from '../../../src/core/diagnostic.ts'

/** A tree of texts held in memory, and what was reported about it. */
export function memoryContext(files: Readonly<Record<string, string>> = {}): Context & { readonly reported: Diagnostic[] } {
  const reported: Diagnostic[] = []
  return {
    signal: new AbortController().signal,
    reported,
    report: (diagnostic) => void reported.push(diagnostic),
    async readFile(path) {
      const text = files[path]
      return text === undefined ? undefined : new TextEncoder().encode(text)
    },
  }
}

export function artifact(path: string, text: string): { readonly path: string; readonly bytes: Uint8Array } {
  return { path, bytes: new TextEncoder().encode(text) }
}
