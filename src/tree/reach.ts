import type { Context } from '../core/context.ts'
import type { PackageIndex, TreePackage } from './packages.ts'
import { type Reference, type ReferenceKind, referencesIn } from './references.ts'

/** One step of the way from the application to something native. */
export interface ReachStep {
  readonly path: string
  readonly line: number
  /** `declared`: package.json asks for it; no code that uses it was found. */
  readonly how: ReferenceKind | 'declared'
  readonly text: string
}

/** Code files that are read of one package: what a person wrote is among them. */
const maxFiles = 400
const maxFileBytes = 4 << 20

/** Finds how packages and files are reached. Keeps what it has read. */
export class Reach {
  readonly #index: PackageIndex
  readonly #context: Context
  readonly #texts = new Map<string, Promise<readonly { readonly path: string; readonly text: string }[]>>()

  constructor(index: PackageIndex, context: Context) {
    this.#index = index
    this.#context = context
  }

  /** The shortest way from the application’s code to a package; undefined when none was found. */
  async toPackage(target: TreePackage): Promise<readonly ReachStep[] | undefined> {
    const queue: { readonly at: TreePackage; readonly steps: readonly ReachStep[] }[] = [{ at: target, steps: [] }]
    const seen = new Set([target.path])
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      if (isApplication(next.at)) return next.steps
      for (const user of this.#usersOf(next.at)) {
        if (seen.has(user.path)) continue
        const step = await this.#use(user, next.at)
        if (step === undefined) continue
        seen.add(user.path)
        queue.push({ at: user, steps: [step, ...next.steps] })
      }
    }
    return undefined
  }

  /** Where the code of a package names one of its own files: a program that it starts, an addon that it loads. */
  async toFile(owner: TreePackage, file: string): Promise<ReachStep | undefined> {
    const name = file.slice(file.lastIndexOf('/') + 1)
    const bare = name.replace(/\.node$/, '')
    const wanted = (text: string): boolean => {
      const last = text.slice(text.lastIndexOf('/') + 1)
      return last === name || (bare !== name && last === bare)
    }
    return this.#firstReference(owner, bare, wanted)
  }

  /** Packages in whose code that package’s name means it; the application first. */
  #usersOf(target: TreePackage): TreePackage[] {
    return this.#index.packages.filter((user) => {
      if (user.path === target.path) return false
      const { dependencies, optionalDependencies, peerDependencies } = user.manifest
      const named =
        target.name in dependencies || target.name in optionalDependencies || target.name in peerDependencies
      return (named || isApplication(user)) && this.#index.resolve(user.path, target.name)?.path === target.path
    })
  }

  async #use(user: TreePackage, target: TreePackage): Promise<ReachStep | undefined> {
    const wanted = (name: string): boolean => name === target.name || name.startsWith(`${target.name}/`)
    const found = await this.#firstReference(user, target.name, wanted)
    if (found !== undefined) return found
    const { dependencies, optionalDependencies } = user.manifest
    if (!(target.name in dependencies) && !(target.name in optionalDependencies)) return undefined
    const path = user.path === '' ? 'package.json' : `${user.path}/package.json`
    return { path, line: 1, how: 'declared', text: `"${target.name}"` }
  }

  async #firstReference(
    owner: TreePackage,
    word: string,
    wanted: (name: string) => boolean,
  ): Promise<ReachStep | undefined> {
    let weak: ReachStep | undefined
    for (const { path, text } of await this.#codeOf(owner)) {
      if (!text.includes(word)) continue
      for (const reference of await referencesIn(path, text, wanted)) {
        const step = stepOf(path, reference)
        if (reference.how !== 'path') return step
        weak ??= step
      }
    }
    return weak
  }

  #codeOf(owner: TreePackage): Promise<readonly { readonly path: string; readonly text: string }[]> {
    let texts = this.#texts.get(owner.path)
    if (texts === undefined) {
      texts = this.#readCode(owner)
      this.#texts.set(owner.path, texts)
    }
    return texts
  }

  async #readCode(owner: TreePackage): Promise<readonly { readonly path: string; readonly text: string }[]> {
    const code = owner.files.filter(
      ({ path, size, link }) => link === undefined && /\.[cm]?js$/.test(path) && size <= maxFileBytes,
    )
    // Tests of a package are no part of the application’s way.
    const used = code.filter(
      ({ path }) =>
        owner.path === '' || !/\/(?:tests?|__tests__|examples?|docs?)\//.test(path.slice(owner.path.length)),
    )
    const texts: { path: string; text: string }[] = []
    for (const { path } of used.slice(0, maxFiles)) {
      this.#context.signal.throwIfAborted()
      const bytes = await this.#context.readFile(path)
      if (bytes !== undefined) texts.push({ path, text: new TextDecoder().decode(bytes) })
    }
    return texts
  }
}

function stepOf(path: string, { line, how, text }: Reference): ReachStep {
  return { path, line, how, text }
}

/** The application and its workspaces: packages outside node_modules. */
export function isApplication(owner: TreePackage): boolean {
  return owner.path === '' || !`/${owner.path}/`.includes('/node_modules/')
}

/** `src/handler.js:3 (import) → node_modules/a/index.js:10 (require)`. */
export function reachText(steps: readonly ReachStep[]): string {
  return steps.map(({ path, line, how }) => `${path}${how === 'declared' ? '' : `:${line}`} (${how})`).join(' → ')
}
