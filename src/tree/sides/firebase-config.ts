import { withoutComments } from '../../core/jsonc.ts'
import type { HostingConfig } from './hosting-config.ts'

export const firebaseName = 'firebase.json'

/** What Firebase serves to browsers: `hosting.public`, of one site or of several. Undefined for what cannot be read. */
export function readFirebaseConfig(text: string): HostingConfig | undefined {
  let hosting: unknown
  try {
    const settings: unknown = JSON.parse(withoutComments(text))
    hosting = (settings as { readonly hosting?: unknown } | null)?.hosting
  } catch {
    return undefined
  }
  const served = [hosting].flat().flatMap((site) => {
    const folder = typeof site === 'object' && site !== null && 'public' in site ? site.public : undefined
    return typeof folder === 'string' ? [folder] : []
  })
  return { main: undefined, served: [...new Set(served)] }
}
