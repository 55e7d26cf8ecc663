import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import type { JsonValue } from '../../src/core/json.ts'
import { match, readOwnTargets } from '../../src/targets/index.ts'

const schema = JSON.parse(readFileSync(new URL('../../schema/targets.schema.json', import.meta.url), 'utf8')) as object
const validate = new Ajv2020({ strictTypes: false }).compile({
  ...schema,
  type: 'array',
  items: { $ref: '#/$defs/userTarget' },
  required: [],
  properties: {},
})

const fleet: JsonValue = {
  id: 'our-fleet',
  extends: 'debian-12',
  architectures: ['arm64'],
  cpu: 'neoverse-n1',
  pageSize: 65536,
  engine: 'node 22.12',
  libraries: ['libvips.so.42'],
  limits: { unzipped: 1000 },
}

describe('targets of the user’s own', () => {
  it('take over what they do not say', () => {
    const [target] = readOwnTargets([fleet])
    expect(target?.libc?.value).toEqual({ name: 'glibc', version: '2.36' })
    expect(target?.libc?.confidence).toBe('derived')
    expect(target?.architectures).toMatchObject({
      value: ['aarch64'],
      source: 'the configuration',
      confidence: 'stated',
    })
    expect(target?.cpu?.aarch64?.value).toBe('neoverse-n1')
    expect(target?.libraries?.value).toEqual(['libstdc++.so.6', 'libgcc_s.so.1', 'libvips.so.42'])
    expect(target?.engine?.value).toEqual({ name: 'node', version: '22.12' })
    const pages = [{ kind: 'page-size' as const, name: '4096', need: 'required' as const, evidence: [] }]
    expect(match(pages, target!).reasons[0]?.message).toBe(
      'runs on pages of at most 4096 bytes, and our-fleet uses 65536',
    )
  })

  it('may extend one another, in order', () => {
    const [, second] = readOwnTargets([fleet, { id: 'second', extends: 'our-fleet', libc: 'musl' }])
    expect(second?.pageSize?.value).toBe(65536)
    expect(second?.libc?.value).toEqual({ name: 'musl' })
  })

  it.each<[JsonValue, string]>([
    ['debian', 'targets[0]: an object is needed'],
    [{}, 'targets[0].id'],
    [{ id: 'a b' }, 'targets[0].id'],
    [{ id: 'a', libcc: 'glibc 2.31' }, 'targets[0].libcc: no such key'],
    [{ id: 'a', extends: 'debian-99' }, 'targets[0].extends: there is no target debian-99'],
    [{ id: 'a', libc: 'bionic' }, 'targets[0].libc'],
    [{ id: 'a', cpu: 'haswel' }, '"haswel" is not a CPU model'],
    [{ id: 'a', architectures: ['arm65'] }, 'arm65'],
    [{ id: 'a', limits: { zipp: 1 } }, 'limits.zipp: no such limit'],
    [{ id: 'a', limits: { zip: 'much' } }, 'limits.zip: a number is needed'],
    [{ id: 'a', engine: 'netscape 4' }, 'engine'],
    [{ id: 'a', runtimeCompilation: 'no' }, 'true or false'],
    [{ id: 'a', libraries: 'libz.so.1' }, 'a list of texts'],
  ])('say what is wrong with %j', (value, message) => {
    expect(() => readOwnTargets([value])).toThrow(message)
  })

  it('are described by the published schema', () => {
    expect(validate([fleet]), JSON.stringify(validate.errors)).toBe(true)
    for (const wrong of [
      {},
      { id: 'a b' },
      { id: 'a', libcc: '1' },
      { id: 'a', libc: 'bionic' },
      { id: 'a', limits: { zipp: 1 } },
    ]) {
      expect(validate([wrong]), JSON.stringify(wrong)).toBe(false)
    }
  })

  it('have ids of their own', () => {
    expect(() => readOwnTargets([fleet, fleet])).toThrow('our-fleet is there twice')
  })
})
