import { sep } from 'node:path'

/** With `/` between the parts, as reports and bundles have them on every system. */
export function slashed(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/')
}
