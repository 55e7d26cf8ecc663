import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import type { Config } from '../config/config.ts'
import type { Finding } from '../core/finding.ts'
import type { ArtifactReport } from '../core/report.ts'
import { underRules } from '../pipeline/check.ts'
import { plural } from '../reporters/units.ts'
import { firebaseName, readFirebaseConfig } from '../tree/sides/firebase-config.ts'
import { isOfPackage } from '../tree/sides/served-folders.ts'
import { noSides, type Sides, sidesOf, type SidesInput } from '../tree/sides/sides-of.ts'
import { readWranglerConfig, wranglerNames } from '../tree/sides/wrangler-config.ts'
import { type Input, inputOf } from './open-input.ts'

/** What of sides is for the table of rules of a report. */
export const sidesHelp: Readonly<Record<string, string>> = {
  'tree/client-files':
    'Files that are sent to browsers are not run by the server that sends them: they are judged on browsers only. The configuration of wrangler or Firebase, the layout of frameworks, and pages that load scripts tell which they are.',
}

/** Which files run in browsers and which on a server, of all inputs. */
export async function sidesOfInputs(inputs: readonly Input[], artifacts: readonly ArtifactReport[]): Promise<Sides> {
  const all: Sides[] = []
  for (const input of inputs) {
    // a file by itself is judged on what was asked for; a bundle was made for it
    if (!input.isFolder || input.bundledFrom !== undefined) continue
    // packages by themselves are laid out as their authors like
    if (isOfPackage(`${input.source ?? input.root}/`.split(sep).join('/'))) continue
    const { prefix } = input
    const below = artifacts.filter(({ path }) => inputOf(inputs, path)?.prefix === prefix).map((artifact) => ({ ...artifact, path: artifact.path.slice(prefix.length) }))
    const sides = await sidesOf({
      paths: input.files.filter(({ link }) => link === undefined).map(({ path }) => path),
      artifacts: below,
      configs: await configsOf(input),
      readText: (path) => readText(join(input.root, path)),
    })
    all.push(prefix === '' ? sides : prefixed(sides, prefix))
  }
  if (all.length < 2) return all[0] ?? noSides
  return {
    client: new Set(all.flatMap(({ client }) => [...client])),
    server: new Set(all.flatMap(({ server }) => [...server])),
    served: all.flatMap(({ served }) => served),
    worker: all.every(({ worker }) => worker),
  }
}

/** Says what is not judged as the server's code, and why. */
export function sidesFindings({ client, served }: Sides, { rules }: Config): Finding[] {
  if (client.size === 0) return []
  const named = served.slice(0, 3).map(({ folder, why, paths }) => `${folder === '' || folder === '.' ? 'the folder' : `${folder}/`} (${plural(paths.length, 'file')}; ${why})`)
  const more = served.length > 3 ? ` and ${served.length - 3} more` : ''
  const finding: Finding = {
    ruleId: 'tree/client-files',
    severity: 'info',
    message: `no code of the server, and judged on browsers only: ${named.join(', ')}${more}`,
    data: { served: served.map(({ folder, why, paths }) => ({ folder, why, files: [...paths] })) },
    location: { path: served[0]!.paths[0]! },
  }
  return underRules([finding], rules)
}

/** Largest that is read: pages and configurations are written or made by people’s tools, and small. */
const maxText = 4 << 20

async function readText(path: string): Promise<string | undefined> {
  try {
    return (await stat(path)).size > maxText ? undefined : await readFile(path, 'utf8')
  } catch {
    return undefined
  }
}

const configNames: readonly string[] = [...wranglerNames, firebaseName]

/** Those in the tree, and those of the project that it lies in. */
async function configsOf({ root, files, source, project }: Input): Promise<SidesInput['configs']> {
  const original = source ?? root
  const found = files.filter(({ path, link }) => link === undefined && configNames.includes(path.slice(path.lastIndexOf('/') + 1)) && !isOfPackage(path))
  const places = found.map(({ path }) => ({ at: join(original, path), read: join(root, path) }))
  if (project === true) {
    for (let folder = original; dirname(folder) !== folder; ) {
      if (await isThere(join(folder, 'package.json')) || await isThere(join(folder, '.git'))) break
      folder = dirname(folder)
      places.push(...configNames.map((name) => ({ at: join(folder, name), read: join(folder, name) })))
    }
  }
  const configs: SidesInput['configs'][number][] = []
  for (const { at, read } of places) {
    const text = await readText(read)
    const config = text === undefined ? undefined : basename(at) === firebaseName ? readFirebaseConfig(text) : readWranglerConfig(at, text)
    if (config === undefined) continue
    const below = (path: string): string => relative(original, resolve(dirname(at), path)).split(sep).join('/')
    // as a person would name it: a project's own file, not a way out of the folder that was given
    configs.push({ path: below(at).replace(/^(\.\.\/)+/, ''), main: config.main === undefined ? undefined : below(config.main), served: config.served.map(below) })
  }
  return configs
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

function prefixed({ client, server, served, worker }: Sides, prefix: string): Sides {
  const at = (path: string): string => prefix + path
  return {
    client: new Set([...client].map(at)),
    server: new Set([...server].map(at)),
    served: served.map((one) => ({ ...one, folder: at(one.folder === '.' ? '' : one.folder).replace(/\/$/, ''), paths: one.paths.map(at) })),
    worker,
  }
}
