import type { TreeRule } from '../../core/tree.ts'

/** Scripts that are named. */
const most = 3

/** What a framework leaves for another tool to bundle: `_worker.js` of SvelteKit imports `../output/server/index.js`. */
export const outsideImports: TreeRule = {
  id: 'tree/outside-import',
  help: 'A script imports a file that lies outside the folder that was given. What is deployed from the folder, or from a copy of it, does not find that file.',
  async check({ files, artifacts }) {
    // of a file by itself nobody expects that all it imports is there
    if (files.length < 2) return []
    const found = artifacts.flatMap(({ path, properties }) => {
      const leads = properties['outsideImports']
      return Array.isArray(leads) && leads.length > 0 ? [{ path, imports: leads.map(String) }] : []
    })
    if (found.length === 0) return []
    const named = found.slice(0, most).map(({ path, imports }) => `${path} (${imports.join(', ')})`)
    const rest = found.length > most ? ` and ${found.length - most} more` : ''
    return [
      {
        severity: 'warning',
        message: `outside the folder lies what is imported by ${named.join(', ')}${rest}`,
        advice: 'Give the folder that holds all of it, or bundle first.',
        data: { scripts: found },
        location: { path: found[0]!.path },
      },
    ]
  },
}
