import { sha256 } from '../bytes/sha256.ts'
import type { JsonValue } from '../core/json.ts'

/** Something that is in what is deployed: an npm package, a Go module, a Rust crate. */
export interface SbomComponent {
  readonly ecosystem: 'npm' | 'golang' | 'cargo'
  readonly name: string
  readonly version: string
  /** As the package says it: an SPDX expression in most cases. */
  readonly license?: string
  /** Files or folders of the output in which it was found. */
  readonly foundIn: readonly string[]
}

export interface SbomSubject {
  readonly name: string
  readonly version: string
}

/**
 * A software bill of materials, CycloneDX 1.6 in JSON (ECMA-424). Without a time, and with a serial number that follows
 * from its content, so that equal builds have equal bills.
 */
export function cycloneDx(subject: SbomSubject, components: Iterable<SbomComponent>, tool: SbomSubject): string {
  const merged = mergeComponents(components)
  const body = {
    version: 1,
    metadata: {
      tools: { components: [{ type: 'application', name: tool.name, version: tool.version }] },
      component: {
        'bom-ref': `${subject.name}@${subject.version}`,
        type: 'application',
        name: subject.name,
        version: subject.version,
      },
    },
    components: merged.map(componentJson),
  }
  const digest = sha256(new TextEncoder().encode(JSON.stringify(body)))
  const bom = { bomFormat: 'CycloneDX', specVersion: '1.6', serialNumber: `urn:uuid:${asUuid(digest)}`, ...body }
  return `${JSON.stringify(bom, null, 2)}\n`
}

/** One entry a package and version, with every place where it was found. */
function mergeComponents(components: Iterable<SbomComponent>): SbomComponent[] {
  const byPurl = new Map<string, SbomComponent>()
  for (const component of components) {
    const purl = packageUrl(component)
    const other = byPurl.get(purl)
    const foundIn = [...new Set([...(other?.foundIn ?? []), ...component.foundIn])].sort()
    byPurl.set(purl, { ...component, ...other, foundIn })
  }
  return [...byPurl].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, component]) => component)
}

function componentJson(component: SbomComponent): JsonValue {
  const { ecosystem, name, version, license, foundIn } = component
  const purl = packageUrl(component)
  const slash = ecosystem === 'npm' && name.startsWith('@') ? name.indexOf('/') : -1
  return {
    'bom-ref': purl,
    type: 'library',
    ...(slash < 0 ? {} : { group: name.slice(0, slash) }),
    name: name.slice(slash + 1),
    ...(version === '' ? {} : { version }),
    ...(license === undefined || license === '' ? {} : { licenses: [{ license: { name: license } }] }),
    purl,
    evidence: { occurrences: foundIn.map((location) => ({ location })) },
  }
}

/** Package URL (purl-spec, types npm, golang and cargo). */
export function packageUrl({ ecosystem, name, version }: SbomComponent): string {
  const path = name.split('/').map(encodeURIComponent).join('/')
  return `pkg:${ecosystem}/${path}${version === '' ? '' : `@${encodeURIComponent(version)}`}`
}

/** The first 128 bits, marked as version 8 (RFC 9562, 5.8: made by a rule of one's own). */
function asUuid(digest: string): string {
  const variant = ((Number.parseInt(digest[16]!, 16) & 3) | 8).toString(16)
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-${variant}${digest.slice(17, 20)}-${digest.slice(20, 32)}`
}
