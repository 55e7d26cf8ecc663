import { readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Loadable } from './load-time.ts'

/**
 * Writes a script once more beside itself, as the other kind of module: to compare how long they take to load. Relative
 * requests lead to the same files. Undefined where the other kind cannot say what the code says.
 */
export async function writeOtherKind(
  { path, kind }: Loadable,
): Promise<{ readonly loadable: Loadable; readonly remove: () => Promise<void> } | undefined> {
  const text = (await readFile(path, 'utf8')).replace(/^\ufeff?#![^\n]*/, '')
  const other = kind === 'esm' ? await asCommonJs(text) : asModule(text)
  if (other === undefined) return undefined
  const written = join(dirname(path), `${basename(path)}.other-kind.${kind === 'esm' ? 'cjs' : 'mjs'}`)
  // nothing that is there is written over
  await writeFile(written, other, { flag: 'wx' })
  return {
    loadable: { path: written, kind: kind === 'esm' ? 'commonjs' : 'esm' },
    remove: () => rm(written, { force: true }),
  }
}

/** Top-level await has no counterpart, nor what else there is in `import.meta` but the URL. */
async function asCommonJs(text: string): Promise<string | undefined> {
  if (/\bimport\s*\.\s*meta\b(?!\s*\.\s*url\b)/.test(text)) return undefined
  const { transform } = await import('esbuild')
  try {
    const { code } = await transform(text, {
      loader: 'js',
      format: 'cjs',
      platform: 'node',
      minifyWhitespace: true,
      charset: 'utf8',
      define: { 'import.meta.url': '__importMetaUrl' },
      banner: 'const __importMetaUrl=require("node:url").pathToFileURL(__filename).href;',
      logLevel: 'silent',
    })
    return code
  } catch {
    return undefined
  }
}

/** What Node gives to a CommonJS file, declared by the module itself. */
function asModule(text: string): string {
  const prelude =
    'import{createRequire as cr}from"node:module";import{fileURLToPath as fp}from"node:url";import{dirname as dn}from"node:path";'
  const given = 'cr(import.meta.url),module,module.exports,fp(import.meta.url),dn(fp(import.meta.url))'
  return `${prelude}const module={exports:{}};(function(require,module,exports,__filename,__dirname){${text}\n}).call(module.exports,${given});export default module.exports;`
}
