/**
 * What CommonJS code takes for granted and an ES module on Node does not have. Each is added only to chunks whose text
 * may use it; a declaration of the same name in the chunk means that it needs none.
 */
export function nodeShims(code: string): string | undefined {
  const lines: string[] = []
  const needsRequire = /\btypeof require\b/.test(code) && /Dynamic require of/.test(code)
  if (needsRequire && !declares(code, 'require')) {
    lines.push(
      `import { createRequire as __shrinkCreateRequire } from 'node:module'; const require = __shrinkCreateRequire(import.meta.url)`,
    )
  }
  const needsFile = /\b__filename\b/.test(code) && !declares(code, '__filename')
  const needsFolder = /\b__dirname\b/.test(code) && !declares(code, '__dirname')
  if (needsFile || needsFolder) {
    lines.push(`import { fileURLToPath as __shrinkFilePath } from 'node:url'`)
    if (needsFile) lines.push('const __filename = __shrinkFilePath(import.meta.url)')
    if (needsFolder) lines.push(`const __dirname = __shrinkFilePath(new URL('.', import.meta.url)).slice(0, -1)`)
  }
  return lines.length === 0 ? undefined : `${lines.join('; ')}\n`
}

/** What `import.meta` is in CommonJS on Node; `commonJsShims` gives the first of the names its value. */
export const importMetaInCommonJs: Readonly<Record<string, string>> = {
  'import.meta.url': '__shrinkFileUrl',
  'import.meta.filename': '__filename',
  'import.meta.dirname': '__dirname',
}

/** The value of `import.meta.url` in CommonJS, for chunks that ask for it. */
export function commonJsShims(code: string): string | undefined {
  if (!/\b__shrinkFileUrl\b/.test(code)) return undefined
  return `const __shrinkFileUrl = require('node:url').pathToFileURL(__filename).href\n`
}

function declares(code: string, name: string): boolean {
  return new RegExp(`(?:^|[\\s;{}(,])(?:var|let|const|function|class)\\s+${name}\\b`).test(code)
}
