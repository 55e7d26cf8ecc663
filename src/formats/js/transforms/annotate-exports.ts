/**
 * Node finds the names that `import { name } from './file.cjs'` may use by lexing the file, not by running it.
 * Minifiers write exports in ways the lexer does not know, and drop the hint that bundlers leave for it
 * (`0 && (module.exports = { … })`). The hint is written again when names got lost.
 */
export async function annotateExports(text: string, wanted: readonly string[]): Promise<string> {
  const names = wanted.filter((name) => /^[A-Za-z_$][\w$]*$/.test(name))
  if (names.length === 0) return text
  const { initSync, parse } = await import('cjs-module-lexer')
  initSync()
  let found: ReadonlySet<string>
  try {
    found = new Set(parse(text).exports)
  } catch {
    found = new Set()
  }
  if (names.every((name) => found.has(name))) return text
  // all of them: a later object replaces what an earlier one said
  return `${text.replace(/;?\s*$/, ';')}0&&(module.exports={${names.join(',')}});`
}
