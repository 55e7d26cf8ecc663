import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { bundle, type BundleOptions } from '../bundling/index.ts'
import type { Config } from '../config/config.ts'
import type { Diagnostic } from '../core/diagnostic.ts'
import type { ResultCache } from '../core/result-cache.ts'
import { nativePackages } from '../native/native-packages.ts'
import { temporaryFolder } from '../node/temporary-folder.ts'
import { walk } from '../node/walk.ts'
import { bundlePlatform } from './bundle-platform.ts'
import type { Input } from './open-input.ts'

/**
 * Bundles entry points into a temporary folder, which then is built like any other input.
 *
 * @param entries absolute paths, or relative to `cwd`
 * @throws ShrinkError `bundle/failed`
 */
export async function bundleInput(
  entries: readonly string[],
  config: Config,
  cwd: string,
  signal: AbortSignal,
  cache: ResultCache | undefined,
): Promise<Input> {
  const diagnostics: Diagnostic[] = []
  const given = bundleOptions(config, cwd)
  const native = given.platform === 'node' ? await nativePackages(dirname(resolve(cwd, entries[0]!))) : []
  const external = [...(given.external ?? []), ...native]
  const result = await bundle(entries, { ...given, external }, {
    signal,
    report: (diagnostic) => diagnostics.push(diagnostic),
    ...(cache === undefined ? {} : { cache }),
  })
  for (const { what, option } of result.assumptions) {
    diagnostics.push({ severity: 'info', code: 'bundle/assumption', message: `taken for granted: ${what}`, hint: `Turn it off with \`${option}\`.` })
  }
  const imports = (name: string): boolean => result.chunks.some((chunk) => chunk.imports.some((id) => id === name || id.startsWith(`${name}/`)))
  const shipped = config.architectures.length > 0
  const stays = (code: 'bundle/native' | 'bundle/file-beside', message: string): void => {
    diagnostics.push({
      severity: shipped ? 'info' : 'warning',
      code,
      message,
      ...(shipped ? {} : { hint: 'Add --arch: then they are put beside the bundle, with the builds for that architecture. Or deploy node_modules with it.' }),
    })
  }
  const imported = native.filter(imports)
  if (imported.length > 0) {
    stays('bundle/native', `${imported.join(', ')} ${imported.length === 1 ? 'has' : 'have'} native code and ${imported.length === 1 ? 'stays an import' : 'stay imports'}`)
  }
  for (const { name, reads } of result.leftOut) {
    if (imports(name)) stays('bundle/file-beside', `${name} reads ${reads}, which cannot lie beside the bundle, and stays an import`)
  }
  const { path: root, remove: close } = await temporaryFolder(join(tmpdir(), 'shrink-bundle-'))
  try {
    for (const chunk of result.chunks) {
      const link = chunk.map === undefined ? '' : `//# sourceMappingURL=${chunk.path.slice(chunk.path.lastIndexOf('/') + 1)}.map\n`
      await put(root, chunk.path, link === '' ? chunk.bytes : Buffer.concat([chunk.bytes, Buffer.from(link)]))
      if (chunk.map !== undefined) await put(root, `${chunk.path}.map`, Buffer.from(chunk.map))
    }
    for (const asset of result.assets) await put(root, asset.path, asset.bytes)
    const walked = await walk(root)
    const origin = dirname(resolve(cwd, entries[0]!))
    return { root, prefix: '', ...walked, isFolder: true, origin, source: origin, diagnostics: [...diagnostics, ...walked.diagnostics], bundledFrom: entries.map((entry) => resolve(cwd, entry)), ...(result.inputs === undefined ? {} : { stamps: result.inputs }), close }
  } catch (error) {
    await close()
    throw error
  }
}

export function bundleOptions(config: Config, cwd: string): Partial<BundleOptions> & Pick<BundleOptions, 'root'> {
  const { enabled: _enabled, cache: _cache, ...given } = config.bundle
  return { ...(given as Partial<BundleOptions>), platform: bundlePlatform(config), root: cwd, level: config.level, measure: config.measure, outFolder: config.out }
}

async function put(root: string, path: string, bytes: Uint8Array): Promise<void> {
  const target = join(root, path)
  await mkdir(dirname(target), { recursive: true })
  await writeFile(target, bytes)
}
