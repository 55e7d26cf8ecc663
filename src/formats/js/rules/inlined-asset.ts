import { findInlineWasm } from '../../../bytes/base64-wasm.ts'
import type { Rule } from '../../../core/format.ts'
import type { JsDetail } from '../detail.ts'

/** Smaller ones are cheaper inline than as a file. */
const LARGE = 32 * 1024

export const inlinedAsset: Rule<JsDetail> = {
  id: 'js/inlined-asset',
  help: 'Base64 is a third larger than the bytes it stands for, is parsed with the code, and is kept in memory twice.',
  *check({ detail, path }) {
    const { survey, script } = detail
    const modules = survey.longStrings.length === 0 ? [] : findInlineWasm(script.text)
    for (const { start, end, kind } of survey.longStrings) {
      const bytes = script.positions.byteOffset(end) - script.positions.byteOffset(start)
      if (kind === 'text' || bytes < LARGE) continue
      const wasm = modules.find((module) => module.start >= start && module.end <= end)
      const what = wasm !== undefined ? 'a WebAssembly module as base64' : kind === 'json' ? 'JSON as text' : 'base64'
      yield {
        severity: 'info',
        message: `${bytes} bytes of ${what} are inside the code`,
        advice: kind === 'json' ? 'Load it from a file when it is needed' : 'Ship it as a file, and load it when it is needed',
        data: { bytes, kind: wasm === undefined ? kind : 'wasm' },
        location: { path, ...script.positions.at(start) },
        ...(kind === 'base64' ? { wastedBytes: Math.floor(bytes / 4) } : {}),
      }
    }
  },
}
