import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { tool } from './version.ts'

/** Packages whose code decides how artifacts are read, bundled and made smaller. */
const deciding = ['esbuild', 'binaryen', 'cjs-module-lexer', '@jridgewell/trace-mapping', '@jridgewell/remapping', 'rolldown', 'rollup', '@rollup/plugin-commonjs', '@rollup/plugin-json', '@swc/core', 'oxc-parser', 'oxc-minify', 'terser', 'uglify-js', 'magic-string']

/**
 * Names this very tool: its version, its files as they lie here, and the versions of what it works with. Nothing of it
 * is loaded for that.
 */
export function toolGeneration(): string {
  return [`node ${process.version}`, tool.version, ownFiles(), ...deciding.map((name) => `${name}@${versionOf(name)}`)].join('\n')
}

/**
 * Nothing where it is installed as a package: its version says it, on whatever machine the results are kept. In a
 * working copy size and time of every module: a tool under development is a new one after each compilation.
 */
function ownFiles(): string {
  const root = fileURLToPath(new URL('..', import.meta.url))
  if (root.includes(`${sep}node_modules${sep}`)) return ''
  const facts: string[] = []
  const add = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory()) add(path)
      else if (/(?<!\.d)\.[jt]s$/.test(entry.name)) {
        const { size, mtimeMs } = statSync(path)
        facts.push(`${entry.name} ${size} ${mtimeMs}`)
      }
    }
  }
  add(root)
  return facts.sort().join('\n')
}

/** From its package.json, where Node would look for it; 'none' when it is not installed. */
function versionOf(name: string): string {
  for (let at = dirname(fileURLToPath(import.meta.url)); ; at = dirname(at)) {
    const text = textOf(join(at, 'node_modules', name, 'package.json'))
    const version = text === undefined ? undefined : /"version"\s*:\s*"([^"]+)"/.exec(text)?.[1]
    if (version !== undefined) return version
    if (dirname(at) === at) return 'none'
  }
}

function textOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}
