/**
 * Does `package.json#sideEffects` say that this file may be dropped when nothing of it is used?
 * As webpack defined it: a boolean, or globs of the files that do have effects; a glob without a slash matches at any depth.
 */
export function hasSideEffects(flag: unknown, pathInPackage: string): boolean {
  if (typeof flag === 'boolean') return flag
  const globs = typeof flag === 'string' ? [flag] : Array.isArray(flag) ? flag.filter((glob) => typeof glob === 'string') : null
  if (globs === null) return true
  return globs.some((glob) => globExpression(glob).test(pathInPackage))
}

const globCache = new Map<string, RegExp>()

function globExpression(glob: string): RegExp {
  const known = globCache.get(glob)
  if (known !== undefined) return known
  const relative = glob.replace(/^\.?\//, '')
  let source = relative.includes('/') ? '' : '(?:.*/)?'
  for (let i = 0; i < relative.length; i++) {
    const char = relative[i]!
    if (relative.startsWith('**/', i)) {
      source += '(?:.*/)?'
      i += 2
    } else if (relative.startsWith('**', i)) {
      source += '.*'
      i += 1
    } else if (char === '*') source += '[^/]*'
    else if (char === '?') source += '[^/]'
    else if (char === '{' && relative.includes('}', i)) source += '(?:'
    else if (char === '}' && source.includes('(?:')) source += ')'
    else if (char === ',' && relative.lastIndexOf('{', i) > relative.lastIndexOf('}', i)) source += '|'
    else source += char.replace(/[\\^$.|+()[\]{}]/g, '\\$&')
  }
  const expression = new RegExp(`^${source}$`)
  globCache.set(glob, expression)
  return expression
}
