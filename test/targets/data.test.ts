import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { architectures } from '../../src/core/requirement.ts'
import { canonicalFeature, cpuModels } from '../../src/core/cpu-models.ts'
import { silentFeatures, x86Levels } from '../../src/isa/x86/features.ts'
import { nodeReleases } from '../../src/targets/data/node-releases.ts'
import {
  confidences,
  dataDate,
  engineNames,
  exampleIds,
  factsOf,
  findTarget,
  limitNames,
  targets,
} from '../../src/targets/index.ts'

interface Schema {
  readonly $defs: {
    readonly architecture: { readonly enum: readonly string[] }
    readonly confidence: { readonly enum: readonly string[] }
    readonly target: {
      readonly properties: {
        readonly engine: {
          readonly properties: {
            readonly value: { readonly properties: { readonly name: { readonly enum: readonly string[] } } }
          }
        }
        readonly limits: {
          readonly items: { readonly properties: { readonly name: { readonly enum: readonly string[] } } }
        }
      }
    }
  }
}
const schema = JSON.parse(readFileSync(new URL('../../schema/targets.schema.json', import.meta.url), 'utf8')) as Schema

describe('the data about targets', () => {
  it('conforms to its schema', () => {
    const validate = new Ajv2020({ allErrors: true }).compile(schema)
    const all = [...targets, ...exampleIds.map((id) => findTarget(id))]
    expect(
      validate(JSON.parse(JSON.stringify({ schemaVersion: 1, targets: all }))),
      JSON.stringify(validate.errors),
    ).toBe(true)
    expect(validate({ schemaVersion: 1, targets: [{ ...targets[0], libc: { name: 'glibc' } }] })).toBe(false)
  })

  it('has a schema that names what the code names', () => {
    const { target, architecture, confidence } = schema.$defs
    expect(architecture.enum).toEqual(architectures)
    expect(confidence.enum).toEqual(confidences)
    expect(target.properties.engine.properties.value.properties.name.enum).toEqual(engineNames)
    expect(target.properties.limits.items.properties.name.enum).toEqual(limitNames)
  })

  it('has each id once, and no fact from the future', () => {
    const ids = targets.map((target) => target.id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const target of targets) {
      for (const { name, fact } of factsOf(target)) {
        expect(fact.date <= dataDate, `${target.id} ${name} ${fact.date}`).toBe(true)
        expect(Number.isNaN(Date.parse(fact.date)), `${target.id} ${name}`).toBe(false)
      }
    }
  })

  it('names only CPU models that are described, for the architecture they are of', () => {
    for (const target of targets) {
      for (const [architecture, fact] of Object.entries(target.cpu ?? {})) {
        expect(cpuModels[fact.value]?.architecture, `${target.id} ${fact.value}`).toBe(architecture)
      }
    }
  })

  it('has CPU models that grow', () => {
    const includes = (larger: string, smaller: string): boolean =>
      [...cpuModels[smaller]!.features].every((feature) => cpuModels[larger]!.features.has(feature))
    for (const [larger, smaller] of [
      ['x86-64-v2', 'x86-64-v1'],
      ['x86-64-v3', 'x86-64-v2'],
      ['x86-64-v4', 'x86-64-v3'],
      ['haswell', 'x86-64-v3'],
      ['skylake-avx512', 'x86-64-v4'],
      ['znver4', 'x86-64-v4'],
      ['neoverse-n1', 'armv8-a'],
      ['neoverse-v1', 'neoverse-n1'],
      ['rva23u64', 'rva22u64'],
    ] as const) {
      expect(includes(larger, smaller), `${larger} ⊇ ${smaller}`).toBe(true)
    }
  })

  it('knows the features of the levels by the names that the decoder gives them', () => {
    for (const { level, features } of x86Levels) {
      for (const feature of features)
        expect(cpuModels[level]!.features.has(canonicalFeature(feature)), `${level} ${feature}`).toBe(true)
    }
    for (const silent of silentFeatures)
      expect(cpuModels['x86-64-v3']!.features.has(canonicalFeature(silent)), silent).toBe(true)
  })

  it('agrees with the Node that runs this test', () => {
    const line = process.versions.node.split('.')[0]
    const release = nodeReleases.find((candidate) => candidate.line === line)
    expect(release?.moduleVersion).toBe(Number(process.versions.modules))
    expect(release?.v8.split('.').slice(0, 2)).toEqual(process.versions.v8.split('.').slice(0, 2))
  })
})
