/**
 * Tells whether a path, relative and `/`-separated, is of a pattern: `*` and `?` stand for characters of a name, `**` for
 * any folders, `{a,b}` for either; `folder/` is all that is in it. (`matchesGlob` of node:path wants Node 22.)
 */
export function globMatcher(pattern: string): (path: string) => boolean {
  const whole = pattern.replace(/^\.\//, '').replace(/\/$/, '/**')
  let source = ''
  let depth = 0
  for (const [token] of whole.matchAll(/\*\*\/|\*+|[\s\S]/g)) {
    if (token === '**/') source += '(?:.*/)?'
    else if (token === '*') source += '[^/]*'
    else if (token.startsWith('*')) source += '.*'
    else if (token === '?') source += '[^/]'
    else if (token === '{') [source, depth] = [`${source}(?:`, depth + 1]
    else if (token === '}' && depth > 0) [source, depth] = [`${source})`, depth - 1]
    else if (token === ',' && depth > 0) source += '|'
    else source += token.replace(/[\\^$.|+()[\]{}]/, '\\$&')
  }
  // a brace that is never closed is closed at the end
  const expression = new RegExp(`^${source}${')'.repeat(depth)}$`, 's')
  return (path) => expression.test(path)
}
