import { Ajv } from 'ajv'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { cycloneDx } from '../../src/packaging/sbom.ts'
import type { SbomComponent } from '../../src/packaging/sbom.ts'
import { fetchPackage } from '../corpus/fetch.ts'
import { cycloneDxSchemas } from '../corpus/packaging.ts'

it('bills of materials follow the published schema of CycloneDX 1.6', async () => {
  const folder = join(await fetchPackage(cycloneDxSchemas), 'res/schema')
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true })
  const schema = async (name: string): Promise<object> => JSON.parse(await readFile(join(folder, `${name}.schema.json`), 'utf8')) as object
  for (const name of ['spdx.SNAPSHOT', 'jsf-0.82.SNAPSHOT']) {
    ajv.addSchema({ ...(await schema(name)), $id: `http://cyclonedx.org/schema/${name}.schema.json` })
  }
  const valid = ajv.compile(await schema('bom-1.6.SNAPSHOT'))
  const components: SbomComponent[] = [
    { ecosystem: 'npm', name: '@a/b', version: '1.0.0-rc.1+x', license: '(MIT OR Apache-2.0)', foundIn: ['node_modules/@a/b'] },
    { ecosystem: 'npm', name: 'c', version: '', foundIn: ['handler.mjs', 'other.mjs'] },
    { ecosystem: 'golang', name: 'github.com/x/y', version: 'v1.2.3', foundIn: ['bin/tool'] },
    { ecosystem: 'cargo', name: 'napi', version: '3.0.0', foundIn: ['a.node'] },
  ]
  const text = cycloneDx({ name: 'app', version: '1.0.0' }, components, { name: 'shrink-artifacts', version: '0.1.0' })
  valid(JSON.parse(text))
  expect(valid.errors).toBeNull()
  expect(cycloneDx({ name: 'app', version: '1.0.0' }, components.toReversed(), { name: 'shrink-artifacts', version: '0.1.0' })).toBe(text)
})
