import { ConfigError } from '../core/errors.ts'
import { withoutComments } from '../core/jsonc.ts'
import type { LockedPackage, Lockfile } from './locked-package.ts'
import { parsePackageJson } from './package-json.ts'

/**
 * Bun's lockfile as text: `"place": ["name@version", "registry", { "os", "cpu", … }, "sha512-…"]`.
 * @throws ConfigError
 */
export function parseBunLockfile(text: string): Lockfile {
  let json: unknown
  try {
    json = JSON.parse(withoutComments(text))
  } catch (error) {
    throw new ConfigError(`bun.lock is not JSON: ${(error as Error).message}`, 'Restore it, or make it anew with bun install.')
  }
  const packages = new Map<string, LockedPackage>()
  const entries = typeof json === 'object' && json !== null ? (json as Record<string, unknown>)['packages'] : undefined
  for (const entry of Object.values(typeof entries === 'object' && entries !== null ? entries : {})) {
    if (!Array.isArray(entry) || typeof entry[0] !== 'string') continue
    const spec = /^((?:@[^@/]+\/)?[^@/]+)@(\d+\.\d+\.\d+[\w.+-]*)$/.exec(entry[0])
    const fields = (entry as unknown[]).find((item) => typeof item === 'object' && item !== null)
    const integrity = (entry as unknown[]).find((item) => typeof item === 'string' && /^sha\d+-/.test(item)) as string | undefined
    const manifest = spec === null ? undefined : parsePackageJson({ ...stated(fields), name: spec[1], version: spec[2] })
    if (spec === null || manifest === undefined) continue
    packages.set(`${spec[1]!}@${spec[2]!}`, { name: spec[1]!, version: spec[2]!, ...(integrity === undefined ? {} : { integrity }), manifest })
  }
  return { name: 'bun.lock', packages }
}

/** Bun writes `none` for a platform that it does not know (riscv64): then the package's name says more. */
function stated(fields: unknown): object {
  if (typeof fields !== 'object' || fields === null) return {}
  const { os, cpu, ...others } = fields as Record<string, unknown>
  return os === 'none' || cpu === 'none' ? others : fields
}
