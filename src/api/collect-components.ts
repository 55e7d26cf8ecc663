import { join } from 'node:path'
import type { JsonValue } from '../core/json.ts'
import type { ArtifactReport } from '../core/report.ts'
import type { TreeFile } from '../core/tree.ts'
import { readPackageJson } from '../native/package-json.ts'
import { packageOf } from '../native/project.ts'
import type { SbomComponent } from '../packaging/sbom.ts'

/** What a built tree is made of: packages in node_modules, and what formats found inside artifacts. */
export async function collectComponents(
  root: string,
  files: readonly TreeFile[],
  artifacts: readonly ArtifactReport[],
): Promise<SbomComponent[]> {
  const components: SbomComponent[] = []
  for (const folder of new Set(files.map(({ path }) => packageOf(path)))) {
    const manifest = folder === '' ? undefined : await readPackageJson(join(root, folder))
    if (manifest === undefined || manifest.name === '') continue
    const { name, version, license } = manifest
    components.push({ ecosystem: 'npm', name, version, ...(license === undefined ? {} : { license }), foundIn: [folder] })
  }
  for (const { path, properties } of artifacts) {
    components.push(...listed('golang', properties['goModules'], path))
    components.push(...listed('cargo', properties['rustCrates'], path))
    components.push(...listed('npm', properties['packages'], path))
  }
  return components
}

/** A property of an analysis that lists packages: objects with a name (or path) and a version. */
function listed(ecosystem: SbomComponent['ecosystem'], value: JsonValue | undefined, foundIn: string): SbomComponent[] {
  if (!Array.isArray(value)) return []
  return (value as readonly JsonValue[]).flatMap((item) => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return []
    const fields = item as { readonly [key: string]: JsonValue }
    const name = fields['name'] ?? fields['path'] ?? fields['module']
    if (typeof name !== 'string' || name === '') return []
    const version = typeof fields['version'] === 'string' ? fields['version'] : ''
    return [{ ecosystem, name, version, foundIn: [foundIn] }]
  })
}
