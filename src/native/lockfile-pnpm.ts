import type { LockedPackage, Lockfile } from './locked-package.ts'
import { parsePackageJson } from './package-json.ts'

/**
 * pnpm's lockfile, versions 5 to 9: of its YAML, the list `packages`, whose entries pnpm writes one field a line. It
 * names the packages of every platform.
 * @param name of the file
 */
export function parsePnpmLockfile(name: string, text: string): Lockfile {
  const packages = new Map<string, LockedPackage>()
  const lines = text.split(/\r?\n/)
  const start = lines.indexOf('packages:')
  let at: string | undefined
  let fields: Record<string, unknown> = {}
  const end = (): void => {
    const spec = at === undefined ? undefined : readSpec(at)
    const manifest = spec === undefined ? undefined : parsePackageJson({ ...spec, ...fields })
    if (spec === undefined || manifest === undefined) return
    const { integrity, tarball } = fields
    packages.set(`${spec.name}@${spec.version}`, {
      ...spec,
      ...(typeof integrity === 'string' ? { integrity } : {}),
      ...(typeof tarball === 'string' && /^https?:/.test(tarball) ? { resolved: tarball } : {}),
      manifest,
    })
  }
  for (const line of start < 0 ? [] : lines.slice(start + 1)) {
    if (/^\S/.test(line)) break
    const key = /^ {2}(['"]?)(\S.*?)\1:\s*$/.exec(line)?.[2]
    if (key !== undefined) {
      end()
      at = key
      fields = {}
      continue
    }
    const resolution = /^ {4}resolution: \{(.*)\}\s*$/.exec(line)?.[1]
    if (resolution !== undefined) for (const pair of resolution.split(', ')) setField(fields, pair)
    const platform = /^ {4}(os|cpu|libc): \[(.*)\]\s*$/.exec(line)
    if (platform !== null) fields[platform[1]!] = platform[2]!.split(',').map(unquoted)
  }
  end()
  return { name, packages }
}

function setField(fields: Record<string, unknown>, pair: string): void {
  const colon = pair.indexOf(': ')
  if (colon > 0) fields[pair.slice(0, colon).trim()] = unquoted(pair.slice(colon + 2))
}

function unquoted(text: string): string {
  return text.trim().replace(/^(['"])(.*)\1$/, '$2')
}

/** `@a/b@1.0.0`; with a slash before it in version 6, and `/@a/b/1.0.0` in 5; what peers it has follows. */
function readSpec(key: string): { readonly name: string; readonly version: string } | undefined {
  const found = /^\/?((?:@[^@/]+\/)?[^@/]+)[@/](\d+\.\d+\.\d+[\w.+-]*?)(?:[(_].*)?$/.exec(key)
  return found === null ? undefined : { name: found[1]!, version: found[2]! }
}
