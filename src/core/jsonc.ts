/** JSON with comments and commas before closing brackets (JSONC: wrangler.jsonc, bun.lock) as JSON. */
export function withoutComments(text: string): string {
  const bare = text.replace(/^\uFEFF/, '').replace(/"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g, (part) => (part.startsWith('"') ? part : ' '))
  return bare.replace(/"(?:[^"\\\n]|\\.)*"|,(?=\s*[}\]])/g, (part) => (part === ',' ? '' : part))
}
