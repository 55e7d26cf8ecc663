// Written by scripts/generate-js-features.mjs. Do not edit.
export interface JsFeature {
  /** Edition of ECMA-262. */
  readonly edition: string
  /** First version of each engine that has it. An engine that is not named does not have it. */
  readonly since: Readonly<Partial<Record<'node' | 'deno' | 'bun' | 'chrome' | 'edge' | 'firefox' | 'safari', string>>>
}

export const jsFeaturesSource = '@mdn/browser-compat-data 8.1.9'
export const jsFeaturesDate = '2026-11-20'

export const jsFeatures: Readonly<Record<string, JsFeature>> = {
  'arrow-functions': { edition: 'es2015', since: { node: '4.0.0', deno: '1.0', bun: '1.0.0', chrome: '45', edge: '12', firefox: '22', safari: '10' } },
  classes: { edition: 'es2015', since: { node: '6.0.0', deno: '1.0', bun: '1.0.0', chrome: '49', edge: '13', firefox: '45', safari: '9' } },
  'let-and-const': { edition: 'es2015', since: { node: '6.0.0', deno: '1.0', bun: '1.0.0', chrome: '49', edge: '14', firefox: '44', safari: '10' } },
  'template-literals': { edition: 'es2015', since: { node: '4.0.0', deno: '1.0', bun: '1.0.0', chrome: '41', edge: '12', firefox: '34', safari: '9' } },
  destructuring: { edition: 'es2015', since: { node: '6.0.0', deno: '1.0', bun: '1.0.0', chrome: '49', edge: '14', firefox: '41', safari: '8' } },
  'default-parameters': { edition: 'es2015', since: { node: '6.0.0', deno: '1.0', bun: '1.0.0', chrome: '49', edge: '14', firefox: '15', safari: '10' } },
  'rest-and-spread': { edition: 'es2015', since: { node: '5.0.0', deno: '1.0', bun: '1.0.0', chrome: '46', edge: '12', firefox: '16', safari: '8' } },
  generators: { edition: 'es2015', since: { node: '4.0.0', deno: '1.0', bun: '1.0.0', chrome: '39', edge: '13', firefox: '26', safari: '10' } },
  'for-of': { edition: 'es2015', since: { node: '0.12.0', deno: '1.0', bun: '1.0.0', chrome: '38', edge: '12', firefox: '13', safari: '7' } },
  'shorthand-properties': { edition: 'es2015', since: { node: '4.0.0', deno: '1.0', bun: '1.0.0', chrome: '43', edge: '12', firefox: '33', safari: '9' } },
  'computed-properties': { edition: 'es2015', since: { node: '4.0.0', deno: '1.0', bun: '1.0.0', chrome: '47', edge: '12', firefox: '34', safari: '8' } },
  'new-target': { edition: 'es2015', since: { node: '5.0.0', deno: '1.0', bun: '1.0.0', chrome: '46', edge: '13', firefox: '41', safari: '11' } },
  'binary-and-octal-literals': { edition: 'es2015', since: { node: '4.0.0', deno: '1.0', bun: '1.0.0', chrome: '41', edge: '12', firefox: '25', safari: '9' } },
  'regexp-u-and-y': { edition: 'es2015', since: { node: '6.0.0', deno: '1.0', bun: '1.0.0', chrome: '50', edge: '12', firefox: '46', safari: '10' } },
  modules: { edition: 'es2015', since: { node: '13.2.0', deno: '1.0', bun: '1.0.0', chrome: '61', edge: '16', firefox: '60', safari: '10.1' } },
  'exponent-operator': { edition: 'es2016', since: { node: '7.0.0', deno: '1.0', bun: '1.0.0', chrome: '52', edge: '14', firefox: '52', safari: '10.1' } },
  'async-functions': { edition: 'es2017', since: { node: '7.6.0', deno: '1.0', bun: '1.0.0', chrome: '55', edge: '15', firefox: '52', safari: '10.1' } },
  'object-rest-and-spread': { edition: 'es2018', since: { node: '8.3.0', deno: '1.0', bun: '1.0.0', chrome: '60', edge: '79', firefox: '55', safari: '11.1' } },
  'async-iteration': { edition: 'es2018', since: { node: '10.0.0', deno: '1.0', bun: '1.0.0', chrome: '63', edge: '79', firefox: '57', safari: '12' } },
  'regexp-s-flag': { edition: 'es2018', since: { node: '8.10.0', deno: '1.0', bun: '1.0.0', chrome: '62', edge: '79', firefox: '78', safari: '11.1' } },
  'regexp-lookbehind': { edition: 'es2018', since: { node: '8.10.0', deno: '1.0', bun: '1.0.0', chrome: '62', edge: '79', firefox: '78', safari: '16.4' } },
  'regexp-named-groups': { edition: 'es2018', since: { node: '10.0.0', deno: '1.0', bun: '1.0.0', chrome: '64', edge: '79', firefox: '78', safari: '11.1' } },
  'regexp-unicode-properties': { edition: 'es2018', since: { node: '10.0.0', deno: '1.0', bun: '1.0.0', chrome: '64', edge: '79', firefox: '78', safari: '11.1' } },
  'optional-catch-binding': { edition: 'es2019', since: { node: '10.0.0', deno: '1.0', bun: '1.0.0', chrome: '66', edge: '79', firefox: '58', safari: '11.1' } },
  bigint: { edition: 'es2020', since: { node: '10.4.0', deno: '1.0', bun: '1.0.0', chrome: '67', edge: '79', firefox: '68', safari: '14' } },
  'dynamic-import': { edition: 'es2020', since: { node: '13.2.0', deno: '1.0', bun: '1.0.0', chrome: '63', edge: '79', firefox: '67', safari: '11.1' } },
  'export-namespace': { edition: 'es2020', since: { node: '13.2.0', deno: '1.0', bun: '1.0.0', chrome: '72', edge: '79', firefox: '80', safari: '14.1' } },
  'import-meta': { edition: 'es2020', since: { node: '10.4.0', deno: '1.0', bun: '1.0.0', chrome: '64', edge: '79', firefox: '62', safari: '11.1' } },
  'nullish-coalescing': { edition: 'es2020', since: { node: '14.0.0', deno: '1.0', bun: '1.0.0', chrome: '80', edge: '80', firefox: '72', safari: '13.1' } },
  'optional-chaining': { edition: 'es2020', since: { node: '14.0.0', deno: '1.0', bun: '1.0.0', chrome: '80', edge: '80', firefox: '74', safari: '13.1' } },
  'logical-assignment': { edition: 'es2021', since: { node: '15.0.0', deno: '1.2', bun: '1.0.0', chrome: '85', edge: '85', firefox: '79', safari: '14' } },
  'numeric-separators': { edition: 'es2021', since: { node: '12.5.0', deno: '1.2', bun: '1.0.0', chrome: '75', edge: '79', firefox: '70', safari: '13' } },
  'string-export-names': { edition: 'es2022', since: { node: '16.0.0', deno: '1.6', bun: '1.0.15', chrome: '88', edge: '88', firefox: '87', safari: '14.1' } },
  'class-fields': { edition: 'es2022', since: { node: '12.0.0', deno: '1.0', bun: '1.0.0', chrome: '72', edge: '79', firefox: '69', safari: '16' } },
  'private-methods': { edition: 'es2022', since: { node: '14.6.0', deno: '1.0', bun: '1.0.0', chrome: '84', edge: '84', firefox: '90', safari: '15' } },
  'private-in': { edition: 'es2022', since: { node: '16.4.0', deno: '1.9', bun: '1.0.0', chrome: '91', edge: '91', firefox: '90', safari: '15' } },
  'class-static-blocks': { edition: 'es2022', since: { node: '16.11.0', deno: '1.14', bun: '1.0.0', chrome: '94', edge: '94', firefox: '93', safari: '16.4' } },
  'regexp-d-flag': { edition: 'es2022', since: { node: '16.0.0', deno: '1.8', bun: '1.0.0', chrome: '90', edge: '90', firefox: '88', safari: '15' } },
  'top-level-await': { edition: 'es2022', since: { node: '14.8.0', deno: '1.0', bun: '1.0.0', chrome: '89', edge: '89', firefox: '89', safari: '27' } },
  hashbang: { edition: 'es2023', since: { node: '0.10.0', deno: '1.0', bun: '1.0.0', chrome: '74', edge: '79', firefox: '67', safari: '13.1' } },
  'regexp-v-flag': { edition: 'es2024', since: { node: '20.0.0', deno: '1.32', bun: '1.0.0', chrome: '112', edge: '112', firefox: '116', safari: '17' } },
  'import-attributes': { edition: 'es2025', since: { node: '20.10.0', deno: '1.37', bun: '1.0.0', chrome: '123', edge: '123', firefox: '138', safari: '17.2' } },
  'regexp-duplicate-named-groups': { edition: 'es2025', since: { node: '23.0.0', deno: '1.44', bun: '1.0.0', chrome: '125', edge: '125', firefox: '129', safari: '17' } },
  'regexp-modifiers': { edition: 'es2025', since: { node: '23.0.0', deno: '1.44', bun: '1.2.3', chrome: '125', edge: '125', firefox: '132', safari: '26' } },
  'using-declarations': { edition: 'es2026', since: { node: '24.0.0', deno: '1.37', bun: '1.0.23', chrome: '134', edge: '134', firefox: '141', safari: '27.3' } },
  'import-phases': { edition: 'esnext', since: { firefox: '153' } },
  decorators: { edition: 'esnext', since: {} },
  'auto-accessors': { edition: 'esnext', since: {} },
}
