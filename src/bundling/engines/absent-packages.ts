import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Message } from 'esbuild'
import { bareName } from '../resolver.ts'

/**
 * What packages ask for that is not installed: optional parts, which they load in functions, or look for themselves
 * (Nest asks for its microservices so). They stay imports, as the other bundlers leave them. A package that the project's
 * own code asks for is missed. By specifier, with who asks.
 */
export function absentPackages(errors: readonly Message[]): ReadonlyMap<string, string> {
  const absent = new Map<string, string>()
  for (const { text, location } of errors) {
    const specifier = /^Could not resolve "([^"]+)"$/.exec(text)?.[1]
    if (specifier === undefined || bareName(specifier) === undefined) continue
    if (location !== null && /(?:^|[\\/])node_modules[\\/]/.test(location.file)) absent.set(specifier, location.file)
  }
  return absent
}

/** @param root where the project is, absolute */
export function installHint(specifier: string, root: string): string {
  for (let at = root; dirname(at) !== at; at = dirname(at)) {
    if (existsSync(join(at, '.pnp.cjs'))) {
      return 'Packages are in archives of Yarn Plug’n’Play, which are not looked into: set `nodeLinker: node-modules` in .yarnrc.yml and run `yarn install`.'
    }
  }
  return `Install ${bareName(specifier)}, or leave it to run time: --external ${specifier}`
}
