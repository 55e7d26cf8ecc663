import type { ParsedScript } from '../read/parse-script.ts'
import type { ModuleRange } from './composition.ts'

const file = /\.(?:[cm]?[jt]sx?|json|css|vue|svelte|txt|wasm|node)(?:\?.*)?$/

/**
 * The comments that bundlers leave where a module begins: esbuild and Bun (`// src/a.ts`), Rolldown
 * (`//#region src/a.ts` … `//#endregion`), webpack (`!*** ./src/a.ts ***!`). None, where the output is minified.
 */
export function rangesFromMarkers(script: ParsedScript): ModuleRange[] {
  const { text, comments, positions } = script
  const marks: { source: string | undefined; start: number }[] = []
  for (const { type, value, start } of comments) {
    if (type === 'Line') {
      if (start > 0 && text.charCodeAt(start - 1) !== 10 && !/[\t ]/.test(text[start - 1]!)) continue
      const region = /^#region (.+)$/.exec(value)?.[1] ?? (value.startsWith('#endregion') ? '' : undefined)
      const plain = /^ ([^\s].*)$/.exec(value)?.[1]
      if (region !== undefined) marks.push({ source: file.test(region) ? region : undefined, start })
      else if (plain !== undefined && file.test(plain) && !/\s/.test(plain) && plain.includes('.')) {
        marks.push({ source: plain.replace(/^[a-z-]+:(?=[^/])/, ''), start })
      }
    } else {
      const webpack = /!\*\*\* (\S+)(?: [^*]*)? \*\*\*!/.exec(value)?.[1]
      if (webpack !== undefined && file.test(webpack)) marks.push({ source: webpack, start })
    }
  }
  // one comment that looks like a path is no bundle
  if (marks.filter(({ source }) => source !== undefined).length < 2) return []
  const ranges: ModuleRange[] = []
  for (let i = 0; i < marks.length; i++) {
    const { source, start } = marks[i]!
    const end = marks[i + 1]?.start ?? text.length
    const offset = positions.byteOffset(start)
    if (source !== undefined) ranges.push({ source, offset, size: positions.byteOffset(end) - offset })
  }
  return ranges
}
