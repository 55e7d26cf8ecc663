import { posix } from 'node:path'

/** Pages that are read; the rest is like them. */
export const maxPages = 200

/** Scripts of the tree that a page loads. Paths from `/` are looked for from its folder upwards: the site may be any of them. */
export function pageScripts(page: string, html: string, has: (path: string) => boolean): string[] {
  const found = new Set<string>()
  // each pattern goes on to the end where what it looks for is not closed: a page of openings alone is read once
  const text = html.replace(/<!--[\s\S]*?(?:-->|$)/g, '')
  const scripts = [...text.matchAll(/<script\b([^>]*)(?:>([\s\S]*?)(?:<\/script|$)|$)/gi)]
  const named = scripts.flatMap(([, attributes, code]) => {
    const source = /(?:^|\s)src\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i.exec(attributes!)
    if (source !== null) return [source[1] ?? source[2] ?? source[3]!]
    // SvelteKit and others start from a script within the page
    return [...(code ?? '').matchAll(/\bimport\s*(?:\(\s*)?["']([^"']+)["']/g)].map(([, specifier]) => specifier!)
  })
  for (const url of named) {
    const bare = url.replace(/[?#].*$/, '')
    if (bare === '' || /^(?:[a-z][a-z\d+.-]*:|\/\/)/i.test(bare)) continue
    for (const path of candidates(page, bare)) {
      if (!has(path)) continue
      found.add(path)
      break
    }
  }
  return [...found]
}

function candidates(page: string, url: string): string[] {
  if (!url.startsWith('/')) return [posix.join(posix.dirname(page), url)]
  const paths: string[] = []
  for (let at = posix.dirname(page); ; at = posix.dirname(at)) {
    paths.push(posix.join(at, url.slice(1)))
    if (at === '.') return paths
  }
}
