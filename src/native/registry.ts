import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ShrinkError } from '../core/errors.ts'
import type { RegistryOptions } from './npmrc.ts'

/** A package to be fetched: exactly one version, its digest where it is known beforehand. */
export interface PackageSpec {
  readonly name: string
  readonly version: string
  readonly integrity?: string
  readonly resolved?: string
}

export interface FetchedPackage {
  /** Absolute path of its files. */
  readonly folder: string
  readonly name: string
  readonly version: string
  /** What its tarball was compared with: the lockfile's digest, or the registry's own. */
  readonly integrity: string
}

/** Packages from the registry, each once. No script of a package is ever run. */
export interface Registry {
  /**
   * @throws ShrinkError `native/offline`, `native/registry`, `native/integrity`
   */
  fetch(spec: PackageSpec): Promise<FetchedPackage>
  /** The version that a range asks for, as the registry answers today. */
  resolve(name: string, range: string): Promise<PackageSpec>
}

/** The parts of pacote 21 that are used; its published types describe version 11. */
interface Pacote {
  manifest(spec: string, options: object): Promise<{ name: string; version: string; _integrity?: string; _resolved?: string }>
  extract(spec: string, folder: string, options: object): Promise<{ integrity: string; resolved: string }>
}

/**
 * @param work absolute path of a folder for what is unpacked
 * @param allowed `--offline` was not given
 */
export function npmRegistry(work: string, options: RegistryOptions, allowed: boolean, signal: AbortSignal): Registry {
  const fetched = new Map<string, Promise<FetchedPackage>>()
  const settings = { fetchRetries: 1, fetchRetryMintimeout: 1000, ...options, ignoreScripts: true, preferOffline: true, signal }
  const pacote = async (): Promise<Pacote> => {
    const module = (await import('pacote')) as unknown as { default: Pacote }
    return module.default
  }
  const refuse = (name: string, version: string): void => {
    if (allowed) return
    throw new ShrinkError('native/offline', `${name}@${version} is needed for the target and is not in node_modules`, {
      hint: `Run without --offline, or put it there: npm install --no-save --force ${name}@${version}`,
    })
  }
  const resolve = async (name: string, range: string): Promise<PackageSpec> => {
    refuse(name, range)
    const found = await (await pacote()).manifest(`${name}@${range}`, settings).catch((error: unknown) => {
      signal.throwIfAborted()
      throw fetchError(error, name, range)
    })
    return {
      name: found.name,
      version: found.version,
      ...(found._integrity === undefined ? {} : { integrity: found._integrity }),
      ...(found._resolved === undefined ? {} : { resolved: found._resolved }),
    }
  }
  const download = async (spec: PackageSpec): Promise<FetchedPackage> => {
    // Names come from lockfiles and manifests, and pacote also understands folders, URLs and repositories.
    if (!/^(?:@[\w.~-]+\/)?[\w~-][\w.~-]*$/.test(spec.name) || !/^\d+\.\d+\.\d+[\w.+-]*$/.test(spec.version)) {
      throw new ShrinkError('native/registry', `${spec.name}@${spec.version} is not a package of a registry`)
    }
    refuse(spec.name, spec.version)
    // The registry states a digest for every version: without one from the lockfile, that is what is compared.
    const known = spec.integrity === undefined ? await resolve(spec.name, spec.version) : spec
    const folder = join(work, `${spec.name.replaceAll('/', '+')}@${spec.version}`)
    const part = `${folder}.part`
    await rm(part, { recursive: true, force: true })
    await mkdir(part, { recursive: true })
    const { integrity } = await (await pacote())
      .extract(known.resolved ?? `${spec.name}@${spec.version}`, part, {
        ...settings,
        ...(known.integrity === undefined ? {} : { integrity: known.integrity }),
        replaceRegistryHost: 'always',
      })
      .catch((error: unknown) => {
        signal.throwIfAborted()
        throw fetchError(error, spec.name, spec.version)
      })
    await rm(folder, { recursive: true, force: true })
    await rename(part, folder)
    return { folder, name: spec.name, version: spec.version, integrity }
  }
  return {
    resolve,
    fetch(spec) {
      const key = `${spec.name}@${spec.version} ${spec.integrity ?? ''}`
      const known = fetched.get(key)
      if (known !== undefined) return known
      const coming = download(spec)
      fetched.set(key, coming)
      return coming
    },
  }
}

function fetchError(error: unknown, name: string, version: string): ShrinkError {
  const { code, message } = error as { code?: string; message?: string }
  const spec = `${name}@${version}`
  if (code === 'EINTEGRITY') {
    return new ShrinkError('native/integrity', `${spec}: what the registry serves does not have the pinned digest`, {
      hint: 'The registry changed the file, or the lockfile is wrong. Nothing of it was used.',
      cause: error,
    })
  }
  if (code === 'E404' || code === 'ETARGET') {
    return new ShrinkError('native/registry', `${spec}: the registry does not have it`, {
      hint: 'Check the registry that .npmrc names for its scope.',
      cause: error,
    })
  }
  if (code === 'E401' || code === 'E403') {
    return new ShrinkError('native/registry', `${spec}: the registry refuses it (${code.slice(1)})`, {
      hint: 'Check the credentials in .npmrc.',
      cause: error,
    })
  }
  return new ShrinkError('native/registry', `${spec}: cannot be fetched: ${code ?? message ?? String(error)}`, {
    hint: 'Check the network and the registry in .npmrc, or install the package before: npm install --no-save --force ' + spec,
    cause: error,
  })
}
