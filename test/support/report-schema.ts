import { readFile } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { Report } from '../../src/core/report.ts'
import { repository } from './run-cli.ts'

/** The published schema lets fields be added; in this repository a field that it does not describe is a mistake. */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict)
  if (typeof schema !== 'object' || schema === null) return schema
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, strict(value)]))
  return 'properties' in copy && copy['type'] === 'object' ? { ...copy, additionalProperties: false } : copy
}

/** What of a report is not as its schema says. */
export async function schemaErrors(report: Report): Promise<readonly unknown[]> {
  const schema: unknown = JSON.parse(await readFile(`${repository}schema/report.schema.json`, 'utf8'))
  const validate = new Ajv2020({ strict: false, allErrors: true }).compile(strict(schema) as object)
  validate(report)
  return validate.errors ?? []
}
