// Writes src/targets/data/js-features.generated.ts from @mdn/browser-compat-data (CC0-1.0), pinned by digest.
//   node scripts/generate-js-features.mjs
import { readFileSync, writeFileSync } from 'node:fs'
import { unpackPackage } from './unpack-package.mjs'

const date = '2026-11-20'
const version = '8.1.9'
const integrity = 'sha512-7d8D9yzVS4ugLbt4clzc5DKU8dq85K0lRebjzpP43GxSr7vYKmczgfuEU+0beimjl5YmnHkcErtolg5t5ttb0A=='

/** Syntax by the name that src/formats/js gives it: the edition of ECMA-262 that brought it, and where the table has it. */
const features = {
  'arrow-functions': ['es2015', 'functions.arrow_functions'],
  classes: ['es2015', 'classes'],
  'let-and-const': ['es2015', 'statements.let'],
  'template-literals': ['es2015', 'grammar.template_literals'],
  destructuring: ['es2015', 'operators.destructuring'],
  'default-parameters': ['es2015', 'functions.default_parameters'],
  'rest-and-spread': ['es2015', 'operators.spread.spread_in_arrays'],
  generators: ['es2015', 'statements.generator_function'],
  'for-of': ['es2015', 'statements.for_of'],
  'shorthand-properties': ['es2015', 'grammar.shorthand_object_literals'],
  'computed-properties': ['es2015', 'operators.object_initializer.computed_property_names'],
  'new-target': ['es2015', 'operators.new_target'],
  'binary-and-octal-literals': ['es2015', 'grammar.binary_numeric_literals'],
  'regexp-u-and-y': ['es2015', 'builtins.RegExp.unicode'],
  modules: ['es2015', 'statements.import'],
  'exponent-operator': ['es2016', 'operators.exponentiation'],
  'async-functions': ['es2017', 'statements.async_function'],
  'object-rest-and-spread': ['es2018', 'operators.spread.spread_in_object_literals'],
  'async-iteration': ['es2018', 'statements.for_await_of'],
  'regexp-s-flag': ['es2018', 'builtins.RegExp.dotAll'],
  'regexp-lookbehind': ['es2018', 'regular_expressions.lookbehind_assertion'],
  'regexp-named-groups': ['es2018', 'regular_expressions.named_capturing_group'],
  'regexp-unicode-properties': ['es2018', 'regular_expressions.unicode_character_class_escape'],
  'optional-catch-binding': ['es2019', 'statements.try_catch.optional_catch_binding'],
  bigint: ['es2020', 'builtins.BigInt'],
  'dynamic-import': ['es2020', 'operators.import'],
  'export-namespace': ['es2020', 'statements.export.namespace'],
  'import-meta': ['es2020', 'operators.import_meta'],
  'nullish-coalescing': ['es2020', 'operators.nullish_coalescing'],
  'optional-chaining': ['es2020', 'operators.optional_chaining'],
  'logical-assignment': ['es2021', 'operators.nullish_coalescing_assignment'],
  'numeric-separators': ['es2021', 'grammar.numeric_separators'],
  'string-export-names': ['es2022', 'statements.import.arbitrary_module_namespace_identifier_names'],
  'class-fields': ['es2022', 'classes.public_class_fields'],
  'private-methods': ['es2022', 'classes.private_class_methods'],
  'private-in': ['es2022', 'classes.private_class_fields_in'],
  'class-static-blocks': ['es2022', 'classes.static.initialization_blocks'],
  'regexp-d-flag': ['es2022', 'builtins.RegExp.hasIndices'],
  'top-level-await': ['es2022', 'operators.await.top_level'],
  hashbang: ['es2023', 'grammar.hashbang_comments'],
  'regexp-v-flag': ['es2024', 'builtins.RegExp.unicodeSets'],
  'import-attributes': ['es2025', 'statements.import.import_attributes'],
  'regexp-duplicate-named-groups': ['es2025', 'regular_expressions.named_capturing_group.duplicate_named_capturing_groups'],
  'regexp-modifiers': ['es2025', 'regular_expressions.modifier'],
  'using-declarations': ['es2026', 'statements.using'],
  'import-phases': ['esnext', 'statements.import.import_source'],
}
/** Proposals that no engine runs. */
const proposals = ['decorators', 'auto-accessors']
const engines = { node: 'nodejs', deno: 'deno', bun: 'bun', chrome: 'chrome', edge: 'edge', firefox: 'firefox', safari: 'safari' }

const folder = await unpackPackage('@mdn/browser-compat-data', version, integrity)
const data = JSON.parse(readFileSync(`${folder}/data.json`, 'utf8')).javascript

/** The first version that has it without a flag, partly or not at all counting as no. */
function firstVersion(support) {
  const statements = Array.isArray(support) ? support : [support]
  const plain = statements.filter((each) => each !== undefined && !each.flags && !each.partial_implementation && !each.prefix && !each.version_removed)
  const added = plain.map((each) => each.version_added).filter((value) => typeof value === 'string' && value !== 'preview')
  return added.length === 0 ? null : added[0].replace('≤', '')
}

const lines = Object.entries(features).map(([name, [edition, path]]) => {
  const node = path.split('.').reduce((at, key) => at?.[key], data)
  if (node?.__compat === undefined) throw new Error(`${name}: ${path} is not in the table`)
  const support = Object.entries(engines).map(([ours, theirs]) => [ours, firstVersion(node.__compat.support[theirs])])
  const entries = support.filter(([, first]) => first !== null).map(([ours, first]) => `${ours}: '${first}'`)
  return `  ${/^[a-z]+$/.test(name) ? name : `'${name}'`}: { edition: '${edition}', since: { ${entries.join(', ')} } },`
})
for (const name of proposals) lines.push(`  ${/^[a-z]+$/.test(name) ? name : `'${name}'`}: { edition: 'esnext', since: {} },`)

writeFileSync(
  new URL('../src/targets/data/js-features.generated.ts', import.meta.url),
  `// Written by scripts/generate-js-features.mjs. Do not edit.
export interface JsFeature {
  /** Edition of ECMA-262. */
  readonly edition: string
  /** First version of each engine that has it. An engine that is not named does not have it. */
  readonly since: Readonly<Partial<Record<'node' | 'deno' | 'bun' | 'chrome' | 'edge' | 'firefox' | 'safari', string>>>
}

export const jsFeaturesSource = '@mdn/browser-compat-data ${version}'
export const jsFeaturesDate = '${date}'

export const jsFeatures: Readonly<Record<string, JsFeature>> = {
${lines.join('\n')}
}
`,
)
