import { join } from 'node:path'
import type { JsonValue } from '../core/json.ts'
import type { ArtifactReport } from '../core/report.ts'
import { readPackageJson } from '../native/package-json.ts'
import { findProject, packageOf } from '../native/project.ts'
import type { SbomComponent } from '../packaging/sbom.ts'
import type { Input } from './open-input.ts'

/**
 * What a built tree is made of: packages in node_modules, packages inside bundles, Go modules (from build information)
 * and Rust crates (from cargo-auditable's list or the paths in panic messages) inside binaries.
 */
export async function collectComponents(inputs: readonly Input[], artifacts: readonly ArtifactReport[]): Promise<SbomComponent[]> {
  const components: SbomComponent[] = []
  for (const { root, prefix, files } of inputs) {
    for (const folder of new Set(files.map(({ path }) => packageOf(path)))) {
      if (folder !== '') components.push(...(await npmComponent(join(root, folder), prefix + folder)))
    }
  }
  const projects = [...new Set(await Promise.all(inputs.map(async (input) => (await findProject(input.source ?? input.root)).root)))]
  for (const { path, properties } of artifacts) {
    components.push(...goComponents(properties['go'], path))
    components.push(...named('cargo', field(properties['rust'], 'crates'), path))
    for (const { name, version, ...rest } of named('npm', properties['packages'], path)) {
      if (name.startsWith('[') || name.startsWith('.')) continue // the application's own, and what could not be told
      components.push(version === '' ? await bundledComponent(name, projects, path) : { name, version, ...rest })
    }
  }
  return components
}

async function npmComponent(folder: string, foundIn: string): Promise<SbomComponent[]> {
  const manifest = await readPackageJson(folder)
  if (manifest === undefined || manifest.name === '') return []
  const { name, version, license } = manifest
  return [{ ecosystem: 'npm', name, version, ...(license === undefined ? {} : { license }), foundIn: [foundIn] }]
}

/** A bundle keeps the names of packages; their versions are in the project that it was made from, if that is here. */
async function bundledComponent(name: string, projects: readonly string[], foundIn: string): Promise<SbomComponent> {
  for (const project of projects) {
    const [found] = await npmComponent(join(project, 'node_modules', name), foundIn)
    if (found !== undefined) return found
  }
  return { ecosystem: 'npm', name, version: '', foundIn: [foundIn] }
}

/** The Go standard library is a component too: it is what most advisories about Go programs name. */
function goComponents(go: JsonValue | undefined, foundIn: string): SbomComponent[] {
  const version = field(go, 'version')
  const main = field(go, 'main')
  return [
    ...(typeof version === 'string' ? [{ ecosystem: 'golang' as const, name: 'std', version: version.replace(/^go/, ''), foundIn: [foundIn] }] : []),
    ...named('golang', main === undefined || main === null ? undefined : [main], foundIn),
    ...named('golang', field(go, 'modules'), foundIn),
  ]
}

/** A list of objects with a name (or path) and a version. */
function named(ecosystem: SbomComponent['ecosystem'], value: JsonValue | undefined, foundIn: string): SbomComponent[] {
  if (!Array.isArray(value)) return []
  return (value as readonly JsonValue[]).flatMap((item) => {
    const name = field(item, 'name') ?? field(item, 'path')
    const version = field(item, 'version')
    if (typeof name !== 'string' || name === '') return []
    return [{ ecosystem, name, version: typeof version === 'string' ? version : '', foundIn: [foundIn] }]
  })
}

function field(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return (value as { readonly [key: string]: JsonValue })[name]
}
