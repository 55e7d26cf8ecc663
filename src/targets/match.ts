import type { Reason, VerdictKind } from '../core/report.ts'
import type { CapabilityKind, Requirement } from '../core/requirement.ts'
import { glibcLibraries, muslLibraries } from './data/libc-libraries.ts'
import { jsChecks } from './match/js.ts'
import { nativeChecks } from './match/native.ts'
import { nodeChecks } from './match/node.ts'
import type { Check, Provided } from './match/outcome.ts'
import { wasmChecks } from './match/wasm.ts'
import { isAsked } from './scope.ts'
import { ageInDays, staleAfterDays } from './staleness.ts'
import type { Fact, Target } from './target.ts'

export interface MatchOptions {
  /** What the tree itself brings along. */
  readonly provided?: Provided
  /** `YYYY-MM-DD`, for saying that data is old. Never taken from the clock here. */
  readonly today?: string
}

export interface MatchResult {
  readonly verdict: VerdictKind
  /** Why it fails or cannot be told; for `runs`, what the verdict rests on that is old or unverified. */
  readonly reasons: readonly Reason[]
}

/** Every kind of capability has its check: a kind added to the vocabulary and not here does not compile. */
const checks: Readonly<Record<CapabilityKind, Check>> = { ...nativeChecks, ...nodeChecks, ...jsChecks, ...wasmChecks }

/**
 * Does what `requirements` ask for exist on `target`?
 *
 * `fails`: something required is not there. `unknown`: something required, or a possible path, asks for what the
 * target's data does not say or does not promise. `guarded` needs decide nothing.
 */
export function match(requirements: readonly Requirement[], target: Target, options: MatchOptions = {}): MatchResult {
  const fails: Reason[] = []
  const unknowns: Reason[] = []
  const restsOn = new Map<string, Fact<unknown>>()
  for (const requirement of requirements) {
    if (requirement.need === 'guarded' || !isAsked(requirement, target)) continue
    const outcome = checks[requirement.kind](requirement, target, options.provided ?? {}, requirements)
    if (outcome.fact !== undefined) restsOn.set(`${outcome.fact.source} ${outcome.fact.date}`, outcome.fact)
    if (outcome.state === 'met') continue
    const reason: Reason = {
      message: outcome.message + caveat(outcome.fact),
      ...(outcome.hint === undefined ? {} : { hint: outcome.hint }),
      requirement,
    }
    if (outcome.state === 'unmet' && requirement.need === 'required') fails.push(reason)
    else if (requirement.need === 'required') unknowns.push(reason)
    else unknowns.push({ ...reason, message: `possibly ${reason.message}` })
  }
  if (requirements.length > 0 && !requirements.some((requirement) => isAsked(requirement, target))) {
    return { verdict: 'unknown', reasons: [notAsked(target)] }
  }
  const notes = ageNotes(target, restsOn.values(), options.today)
  if (fails.length > 0) return { verdict: 'fails', reasons: [...causes([...fails, ...unknowns]), ...notes] }
  if (unknowns.length > 0) return { verdict: 'unknown', reasons: [...unknowns, ...notes] }
  return { verdict: 'runs', reasons: [...unverifiedNotes(restsOn.values()), ...notes] }
}

/** A script on a bare system, native code on a bare runtime: whether it runs is up to what else is there. */
function notAsked(target: Target): Reason {
  return target.family === 'runtime'
    ? {
        message: `${target.id} names no system that would load it`,
        hint: 'Judge it on a system: debian-12@x64, linux-arm64-musl, …',
      }
    : {
        message: `${target.id} names no engine that would run it`,
        hint: 'Judge it on a runtime: node22, cloudflare-workers, …',
      }
}

/** Only what is to be mended: on the wrong machine nothing else matters, and with the wrong C library not its parts. */
function causes(reasons: readonly Reason[]): readonly Reason[] {
  const machine = reasons.filter((reason) => reason.requirement?.kind === 'architecture')
  if (machine.length > 0) return machine
  if (!reasons.some((reason) => reason.requirement?.kind === 'libc')) return reasons
  return reasons.filter(({ requirement }) => requirement === undefined || !followsFromLibc(requirement))
}

/** Another C library brings other names for itself, its loader and the versions of what is linked with it. */
function followsFromLibc({ kind, name }: Requirement): boolean {
  if (kind === 'loader' || kind === 'symbol-version') return true
  return kind === 'library' && (glibcLibraries.test(name) || muslLibraries.test(name))
}

function caveat(fact: Fact<unknown> | undefined): string {
  return fact?.confidence === 'unverified' ? ' (what the target has is not verified)' : ''
}

function unverifiedNotes(facts: Iterable<Fact<unknown>>): Reason[] {
  const sources = [...facts].filter((fact) => fact.confidence === 'unverified').map((fact) => fact.source)
  if (sources.length === 0) return []
  return [{ message: `rests on data that is not verified: ${[...new Set(sources)].sort().join('; ')}` }]
}

function ageNotes(target: Target, facts: Iterable<Fact<unknown>>, today: string | undefined): Reason[] {
  if (today === undefined) return []
  const notes: Reason[] = []
  const stale = [...facts].filter((fact) => ageInDays(fact.date, today) > staleAfterDays).map((fact) => fact.date)
  if (stale.length > 0) {
    notes.push({
      message: `rests on data from ${stale.sort()[0]}, which is more than a year old`,
      hint: `check the platform’s documentation; \`shrink targets ${target.id}\` lists the sources`,
    })
  }
  const end = target.deprecated ?? target.supportEnds
  if (end !== undefined && ageInDays(end.value, today) >= 0) {
    notes.push({ message: `${target.id} has been out of support since ${end.value}` })
  }
  return notes
}
