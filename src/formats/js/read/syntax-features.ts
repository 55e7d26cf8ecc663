/** An edition of ECMA-262, by year; `esnext` for what no edition has yet. */
export const editions = [
  'es5',
  'es2015',
  'es2016',
  'es2017',
  'es2018',
  'es2019',
  'es2020',
  'es2021',
  'es2022',
  'es2023',
  'es2024',
  'es2025',
  'esnext',
] as const
export type Edition = (typeof editions)[number]

export interface SyntaxFeature {
  readonly edition: Edition
  /** First Node version that runs it unflagged (node.green, V8 release notes). */
  readonly node: string
}

export type SyntaxFeatureName =
  | 'arrow-functions'
  | 'classes'
  | 'let-and-const'
  | 'template-literals'
  | 'destructuring'
  | 'default-parameters'
  | 'rest-and-spread'
  | 'generators'
  | 'for-of'
  | 'shorthand-properties'
  | 'computed-properties'
  | 'new-target'
  | 'binary-and-octal-literals'
  | 'regexp-u-and-y'
  | 'modules'
  | 'exponent-operator'
  | 'async-functions'
  | 'object-rest-and-spread'
  | 'async-iteration'
  | 'regexp-s-flag'
  | 'regexp-lookbehind'
  | 'regexp-named-groups'
  | 'regexp-unicode-properties'
  | 'optional-catch-binding'
  | 'optional-chaining'
  | 'nullish-coalescing'
  | 'bigint'
  | 'dynamic-import'
  | 'import-meta'
  | 'export-namespace'
  | 'logical-assignment'
  | 'numeric-separators'
  | 'class-fields'
  | 'private-methods'
  | 'private-in'
  | 'class-static-blocks'
  | 'top-level-await'
  | 'regexp-d-flag'
  | 'string-export-names'
  | 'hashbang'
  | 'regexp-v-flag'
  | 'import-attributes'
  | 'regexp-modifiers'
  | 'using-declarations'
  | 'decorators'
  | 'auto-accessors'
  | 'import-phases'

/** Syntax that came after ES5, named after its proposal or clause. Node 99: no version runs it. */
export const syntaxFeatures: Readonly<Record<SyntaxFeatureName, SyntaxFeature>> = {
  'arrow-functions': { edition: 'es2015', node: '4.0' },
  classes: { edition: 'es2015', node: '4.0' },
  'let-and-const': { edition: 'es2015', node: '4.0' },
  'template-literals': { edition: 'es2015', node: '4.0' },
  destructuring: { edition: 'es2015', node: '6.0' },
  'default-parameters': { edition: 'es2015', node: '6.0' },
  'rest-and-spread': { edition: 'es2015', node: '5.0' },
  generators: { edition: 'es2015', node: '4.0' },
  'for-of': { edition: 'es2015', node: '0.12' },
  'shorthand-properties': { edition: 'es2015', node: '4.0' },
  'computed-properties': { edition: 'es2015', node: '4.0' },
  'new-target': { edition: 'es2015', node: '5.0' },
  'binary-and-octal-literals': { edition: 'es2015', node: '4.0' },
  'regexp-u-and-y': { edition: 'es2015', node: '6.0' },
  modules: { edition: 'es2015', node: '12.17' },
  'exponent-operator': { edition: 'es2016', node: '7.0' },
  'async-functions': { edition: 'es2017', node: '7.6' },
  'object-rest-and-spread': { edition: 'es2018', node: '8.3' },
  'async-iteration': { edition: 'es2018', node: '10.0' },
  'regexp-s-flag': { edition: 'es2018', node: '8.10' },
  'regexp-lookbehind': { edition: 'es2018', node: '10.0' },
  'regexp-named-groups': { edition: 'es2018', node: '10.0' },
  'regexp-unicode-properties': { edition: 'es2018', node: '10.0' },
  'optional-catch-binding': { edition: 'es2019', node: '10.0' },
  'optional-chaining': { edition: 'es2020', node: '14.0' },
  'nullish-coalescing': { edition: 'es2020', node: '14.0' },
  bigint: { edition: 'es2020', node: '10.4' },
  'dynamic-import': { edition: 'es2020', node: '13.2' },
  'import-meta': { edition: 'es2020', node: '13.2' },
  'export-namespace': { edition: 'es2020', node: '13.2' },
  'logical-assignment': { edition: 'es2021', node: '15.0' },
  'numeric-separators': { edition: 'es2021', node: '12.5' },
  'class-fields': { edition: 'es2022', node: '12.0' },
  'private-methods': { edition: 'es2022', node: '14.6' },
  'private-in': { edition: 'es2022', node: '16.4' },
  'class-static-blocks': { edition: 'es2022', node: '16.11' },
  'top-level-await': { edition: 'es2022', node: '14.8' },
  'regexp-d-flag': { edition: 'es2022', node: '16.0' },
  'string-export-names': { edition: 'es2022', node: '16.0' },
  hashbang: { edition: 'es2023', node: '12.0' },
  'regexp-v-flag': { edition: 'es2024', node: '20.0' },
  'import-attributes': { edition: 'es2025', node: '18.20' },
  'regexp-modifiers': { edition: 'es2025', node: '23.0' },
  'using-declarations': { edition: 'esnext', node: '24.0' },
  decorators: { edition: 'esnext', node: '99.0' },
  'auto-accessors': { edition: 'esnext', node: '99.0' },
  'import-phases': { edition: 'esnext', node: '24.0' },
}

/** Position of an edition among the editions. */
export function editionRank(edition: Edition): number {
  return editions.indexOf(edition)
}

/** The edition meant by `es2020`, `ES2020`, `2020` or `es11`; undefined for anything else. */
export function parseEdition(name: string): Edition | undefined {
  const lower = name.toLowerCase()
  const number = /^(?:es|ecma)?(\d+)$/.exec(lower)?.[1]
  const year = number === undefined ? undefined : Number(number) < 100 ? Number(number) + 2009 : Number(number)
  const wanted = lower === 'esnext' ? 'esnext' : year === undefined ? undefined : year <= 2014 ? 'es5' : `es${year}`
  return editions.find((edition) => edition === wanted)
}

/** Which of two dotted versions is the later: negative, zero or positive. */
export function compareVersions(a: string, b: string): number {
  const left = a.split('.').map(Number)
  const right = b.split('.').map(Number)
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
