import type { JsonValue } from '../core/json.ts'
import { type Option, optionSections } from './options.ts'

/** JSON Schema (2020-12) of the configuration file, made from the options table. */
export function configSchema(): { readonly [key: string]: JsonValue } {
  const properties: Record<string, JsonValue> = {}
  for (const section of optionSections) {
    const own = Object.fromEntries(section.options.map((option) => [option.key, optionSchema(option)]))
    if (section.key === '') Object.assign(properties, own)
    else properties[section.key] = { type: 'object', title: section.title, additionalProperties: false, properties: own }
  }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'shrink configuration',
    type: 'object',
    additionalProperties: false,
    properties,
  }
}

function optionSchema(option: Option): JsonValue {
  const base = { description: option.help }
  switch (option.type) {
    case 'boolean':
      return { ...base, type: 'boolean', default: option.default }
    case 'string':
      return { ...base, type: ['string', 'null'], default: option.default }
    case 'number':
      return { ...base, type: ['number', 'null'], minimum: option.minimum, default: option.default }
    case 'enum':
      return { ...base, enum: option.default === null ? [...option.values, null] : option.values, default: option.default }
    case 'list':
      return { ...base, oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }], default: option.default }
    case 'map':
      return { ...base, type: 'object', additionalProperties: { type: 'string' }, default: option.default }
    case 'json':
      return base
  }
}
