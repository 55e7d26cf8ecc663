import { x86LevelOf } from '../../../../../isa/x86/features.ts'
import type { Program } from '../code/program.ts'

/** A function and its twin do the same: they are of similar size. */
const twinRatio = { least: 0.15, most: 8 }

/** Tells which functions may do the same for different CPUs. */
export class Likeness {
  readonly #program: Program
  /** Features of functions that need some themselves or hand on to such, as numbers of sets of them. */
  readonly featuresOf: (index: number) => ReadonlySet<number> | undefined
  readonly isKernel: (index: number) => boolean
  readonly #levels = new Map<number, number>()

  constructor(program: Program, featuresOf: (index: number) => ReadonlySet<number> | undefined, isKernel: (index: number) => boolean) {
    this.#program = program
    this.featuresOf = featuresOf
    this.isKernel = isKernel
  }

  /** Is `other` a kernel for CPUs of a lower level? */
  isLesserKernel(other: number, target: number): boolean {
    return this.isKernel(other) && this.#levelOf(other) < this.#levelOf(target)
  }

  /** Is `other` a kernel for CPUs of another level? */
  isForOtherCpus(other: number, target: number): boolean {
    return this.isKernel(other) && this.#levelOf(other) !== this.#levelOf(target)
  }

  #levelOf(index: number): number {
    let level = this.#levels.get(index)
    if (level !== undefined) return level
    const { featureSets } = this.#program.decoder.tables
    level = 0
    for (const set of this.featuresOf(index) ?? []) for (const feature of featureSets[set]!) level = Math.max(level, x86LevelOf(feature) ?? 0)
    this.#levels.set(index, level)
    return level
  }

  /** Are the two of similar size, and does `other` do without the features of `target`? */
  isTwin(other: number, target: number): boolean {
    return !this.shareFeatures(other, target) && this.areAlike(other, target)
  }

  /** Is there a feature that both need? */
  shareFeatures(other: number, target: number): boolean {
    const ours = this.featuresOf(target)
    const theirs = this.featuresOf(other)
    if (ours === undefined || theirs === undefined) return false
    for (const feature of ours) if (theirs.has(feature)) return true
    return false
  }

  /** Are the two of similar size? */
  areAlike(other: number, target: number): boolean {
    const { graph } = this.#program
    const ratio = (graph.ends[other]! - graph.starts[other]!) / (graph.ends[target]! - graph.starts[target]!)
    return ratio > twinRatio.least && ratio < twinRatio.most
  }
}
