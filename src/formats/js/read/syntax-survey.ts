import type { Node } from 'oxc-parser'
import type { SyntaxFeatureName } from './syntax-features.ts'

type Note = (feature: SyntaxFeatureName, offset: number) => void

/** Tells `note` which features later than ES5 this node uses by itself. */
export function noteSyntax(node: Node, parent: Node, note: Note): void {
  const at = node.start
  switch (node.type) {
    case 'ArrowFunctionExpression':
      note('arrow-functions', at)
      if (node.async) note('async-functions', at)
      noteParameters(node.params, note)
      return
    case 'FunctionDeclaration':
    case 'FunctionExpression':
      if (node.generator) note(node.async ? 'async-iteration' : 'generators', at)
      else if (node.async) note('async-functions', at)
      noteParameters(node.params, note)
      return
    case 'ClassDeclaration':
    case 'ClassExpression':
      note('classes', at)
      if (node.decorators.length > 0) note('decorators', node.decorators[0]!.start)
      return
    case 'PropertyDefinition':
      note('class-fields', at)
      return
    case 'AccessorProperty':
      note('auto-accessors', at)
      return
    case 'MethodDefinition':
      if (node.key.type === 'PrivateIdentifier') note('private-methods', at)
      return
    case 'StaticBlock':
      note('class-static-blocks', at)
      return
    case 'VariableDeclaration':
      if (node.kind === 'let' || node.kind === 'const') note('let-and-const', at)
      else if (node.kind !== 'var') note('using-declarations', at)
      return
    case 'TemplateLiteral':
      note('template-literals', at)
      return
    case 'ArrayPattern':
    case 'ObjectPattern':
      note('destructuring', at)
      return
    case 'RestElement':
      note(parent.type === 'ObjectPattern' ? 'object-rest-and-spread' : 'rest-and-spread', at)
      return
    case 'SpreadElement':
      note(parent.type === 'ObjectExpression' ? 'object-rest-and-spread' : 'rest-and-spread', at)
      return
    case 'ForOfStatement':
      note(node.await ? 'async-iteration' : 'for-of', at)
      return
    case 'Property':
      if (parent.type !== 'ObjectExpression') return
      if (node.shorthand || node.method) note('shorthand-properties', at)
      if (node.computed) note('computed-properties', at)
      return
    case 'MetaProperty':
      note(node.meta.name === 'new' ? 'new-target' : 'import-meta', at)
      return
    case 'AssignmentExpression':
      if (node.operator === '**=') note('exponent-operator', at)
      else if (node.operator === '??=' || node.operator === '||=' || node.operator === '&&=') note('logical-assignment', at)
      return
    case 'BinaryExpression':
      if (node.operator === '**') note('exponent-operator', at)
      else if (node.operator === 'in' && node.left.type === 'PrivateIdentifier') note('private-in', at)
      return
    case 'LogicalExpression':
      if (node.operator === '??') note('nullish-coalescing', at)
      return
    case 'ChainExpression':
      note('optional-chaining', at)
      return
    case 'CatchClause':
      if (node.param === null) note('optional-catch-binding', at)
      return
    case 'ImportExpression':
      note('dynamic-import', at)
      if (node.options !== null) note('import-attributes', at)
      if (node.phase !== null) note('import-phases', at)
      return
    case 'ImportDeclaration':
      if (node.attributes.length > 0) note('import-attributes', at)
      if (node.phase !== null) note('import-phases', at)
      return
    case 'ExportAllDeclaration':
      if (node.exported !== null) note('export-namespace', at)
      return
    case 'ExportSpecifier':
      if (node.exported.type === 'Literal') note('string-export-names', at)
      return
    case 'Literal':
      noteLiteral(node, note)
  }
}

function noteParameters(parameters: readonly Node[], note: Note): void {
  for (const parameter of parameters) if (parameter.type === 'AssignmentPattern') note('default-parameters', parameter.start)
}

function noteLiteral(node: Extract<Node, { type: 'Literal' }>, note: Note): void {
  const at = node.start
  const raw = node.raw ?? ''
  if ('bigint' in node && typeof node.bigint === 'string') note('bigint', at)
  if (typeof node.value === 'number') {
    if (/^0[bo]/i.test(raw)) note('binary-and-octal-literals', at)
    if (raw.includes('_')) note('numeric-separators', at)
  }
  if (!('regex' in node) || typeof node.regex !== 'object') return
  const { pattern, flags } = node.regex
  if (/[uy]/.test(flags)) note('regexp-u-and-y', at)
  if (flags.includes('s')) note('regexp-s-flag', at)
  if (flags.includes('d')) note('regexp-d-flag', at)
  if (flags.includes('v')) note('regexp-v-flag', at)
  if (/\(\?<[=!]/.test(pattern)) note('regexp-lookbehind', at)
  if (/\(\?<[^=!]/.test(pattern)) note('regexp-named-groups', at)
  if (/[uv]/.test(flags) && /\\p\{/i.test(pattern)) note('regexp-unicode-properties', at)
  if (/\(\?[ims]*-?[ims]+:/.test(pattern)) note('regexp-modifiers', at)
}
