import { jsGlobals } from './js-globals.generated.ts'

/** Is this a global that browsers have and no server does? */
export function isOfBrowsers(name: string): boolean {
  const since = jsGlobals[name]
  return since !== undefined && since.node === undefined && since.deno === undefined && since.bun === undefined
}
