import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '../bytes/sha256.ts'
import type { Diagnostic } from '../core/diagnostic.ts'
import type { Finding } from '../core/finding.ts'
import type { PackageReport } from '../core/report.ts'
import type { Architecture } from '../core/requirement.ts'
import { describeDirectory } from '../packaging/directory.ts'
import { directoryEntries } from '../packaging/entry.ts'
import type { PackageEntry } from '../packaging/entry.ts'
import { layerEntries } from '../packaging/layer.ts'
import { writeOciLayout } from '../packaging/oci.ts'
import { writeZip } from '../packaging/zip.ts'
import { checkLimits, type DeployedSizes, limitReasons } from '../targets/index.ts'
import { manifestName } from './manifest-name.ts'
import type { PackageSettings } from './package-settings.ts'
import type { Variant } from './variants.ts'

/** A variant that was built and may be deployed. */
export interface BuiltVariant {
  readonly variant: Variant
  /** Absolute folder of its files. */
  readonly root: string
  /** Of the binaries in it, when all are of one; null when there are none, or several. */
  readonly architecture: Architecture | null
}

export interface WrittenPackages {
  readonly packages: readonly PackageReport[]
  readonly findings: readonly Finding[]
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Makes the packages asked for of every variant.
 * @param out absolute folder that they are written into
 */
export async function writePackages(
  built: readonly BuiltVariant[],
  out: string,
  settings: PackageSettings,
  signal: AbortSignal,
): Promise<WrittenPackages> {
  const packages: PackageReport[] = []
  const diagnostics: Diagnostic[] = []
  const trees: { readonly variant: Variant; readonly architecture: Architecture | null; readonly entries: readonly PackageEntry[] }[] = []
  for (const { variant, architecture, root } of built) {
    trees.push({ variant, architecture: variant.platform?.architecture ?? architecture, entries: await directoryEntries(root, (path) => path === manifestName) })
  }
  for (const { variant, architecture, entries } of trees) {
    const base = variant.platform === null ? settings.name : `${settings.name}-${variant.name}`
    const add = (kind: PackageReport['kind'], path: string, written: { size: number; unpackedSize: number; sha256: string }): void => {
      const { size, unpackedSize } = written
      packages.push({ kind, path, architecture, sha256: written.sha256, size, unpackedSize, limits: usedLimits(variant, sizesOf(kind, size, unpackedSize)) })
    }
    if (settings.kinds.includes('dir')) add('dir', variant.name, await describeDirectory(entries))
    const zipSettings = { level: settings.level, signal, known: new Map() }
    if (settings.kinds.includes('zip')) {
      add('zip', `${base}.zip`, await writeZip(entries, join(out, `${base}.zip`), zipSettings))
    }
    if (settings.kinds.includes('layer')) {
      const layer = layerEntries(entries)
      if (layer.length === 0) {
        diagnostics.push({ severity: 'warning', code: 'package/empty', message: `there is nothing for a layer of ${base}: no node_modules/, bin/, lib/ or extensions/` })
      } else add('layer', `${base}-layer.zip`, await writeZip(layer, join(out, `${base}-layer.zip`), zipSettings))
    }
  }
  if (settings.kinds.includes('oci') && trees.length > 0) {
    const images = trees.map(({ architecture, entries }) => ({ architecture: architecture ?? hostArchitecture(), entries }))
    const written = await writeOciLayout(images, join(out, 'oci'), settings.image)
    for (const [index, { architecture, digest, size, unpackedSize }] of written.entries()) {
      const limits = usedLimits(trees[index]!.variant, sizesOf('oci', size, unpackedSize))
      packages.push({ kind: 'oci', path: 'oci', architecture, sha256: digest.slice('sha256:'.length), size, unpackedSize, limits })
    }
  }
  return { packages, diagnostics, findings: packages.flatMap((written) => exceeded(written, trees.map(({ variant }) => variant))) }
}

/** Writes a bill of materials beside the packages. */
export async function writeSbom(text: string, variant: Variant, out: string, settings: PackageSettings): Promise<{ path: string; sha256: string }> {
  const path = `${variant.platform === null ? settings.name : `${settings.name}-${variant.name}`}.cdx.json`
  await mkdir(out, { recursive: true })
  await writeFile(join(out, path), text)
  return { path, sha256: sha256(new TextEncoder().encode(text)) }
}

function hostArchitecture(): 'x86-64' | 'aarch64' {
  return process.arch === 'arm64' ? 'aarch64' : 'x86-64'
}

function sizesOf(kind: PackageReport['kind'], size: number, unpackedSize: number): DeployedSizes {
  switch (kind) {
    case 'zip':
      return { zip: size, 'zip-storage': size, unzipped: unpackedSize }
    case 'layer':
      return { zip: size, unzipped: unpackedSize, layers: 1 }
    case 'oci':
      return { image: size }
    case 'dir':
      return { unzipped: unpackedSize }
  }
}

function usedLimits(variant: Variant, sizes: DeployedSizes): PackageReport['limits'] {
  return variant.targets.named.flatMap((target) =>
    checkLimits(sizes, target).map(({ name, limit, used }) => ({ target: target.id, name, limit, used })),
  )
}

function exceeded(written: PackageReport, variants: readonly Variant[]): Finding[] {
  const variant = variants.find(({ platform }) => platform?.architecture === written.architecture) ?? variants[0]!
  const sizes = sizesOf(written.kind, written.size, written.unpackedSize)
  return variant.targets.named.flatMap((target) =>
    limitReasons(sizes, target).map(({ message, hint }) => ({
      ruleId: 'package/limit',
      severity: 'error' as const,
      message: `${written.path}: ${message}`,
      ...(hint === undefined ? {} : { advice: hint }),
      location: { path: written.path },
    })),
  )
}
