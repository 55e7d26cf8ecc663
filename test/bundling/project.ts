import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Diagnostic } from '../../src/core/diagnostic.ts'
import { bundle } from '../../src/bundling/index.ts'
import type { BundleOptions, BundleResult } from '../../src/bundling/index.ts'

/** Writes files below a new temporary folder, which goes when the test ends; its real path. */
export function project(files: Readonly<Record<string, string>>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'shrink-bundling-')))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  for (const [path, text] of Object.entries(files)) writeText(join(root, path), text)
  return root
}

export function writeText(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}

export interface Built extends BundleResult {
  readonly diagnostics: readonly Diagnostic[]
  /** Absolute output folder that the chunks were written to. */
  readonly folder: string
}

/** Bundles and writes the result into `<root>/<outFolder>`. */
export async function build(
  entries: readonly string[],
  options: Partial<BundleOptions> & Pick<BundleOptions, 'root'>,
): Promise<Built> {
  const diagnostics: Diagnostic[] = []
  const result = await bundle(entries, options, {
    signal: new AbortController().signal,
    report: (diagnostic) => void diagnostics.push(diagnostic),
  })
  const folder = join(options.root, options.outFolder ?? 'dist')
  rmSync(folder, { recursive: true, force: true })
  for (const chunk of result.chunks) writeText(join(folder, chunk.path), chunk.bytes)
  for (const asset of result.assets) writeText(join(folder, asset.path), asset.bytes)
  return { ...result, diagnostics, folder }
}

export function codeOf(result: BundleResult): string {
  return result.chunks.map((chunk) => new TextDecoder().decode(chunk.bytes)).join('\n')
}

/** What a fresh Node prints when it loads the file (and calls `handler(event)` when it exports one). */
export function runIn(file: string, event: unknown = {}): string {
  const script = `import(process.argv[1]).then(async (m) => {
    const handler = m.handler ?? m.default?.handler
    if (handler) console.log(JSON.stringify(await handler(JSON.parse(process.argv[2]))))
  })`
  return execFileSync(process.execPath, ['-e', script, file, JSON.stringify(event)], { encoding: 'utf8' }).trim()
}
