import { measuredSize } from '../bytes/encoded-size.ts'
import type { Analysis, AnalyzeSettings } from '../core/analysis.ts'
import type { Artifact, Companion } from '../core/artifact.ts'
import type { Context } from '../core/context.ts'
import { ShrinkError, toDiagnostic } from '../core/errors.ts'
import type { Format } from '../core/format.ts'
import type { Change } from '../core/change.ts'
import type { Transform, TransformResult, TransformSettings } from '../core/transform.ts'
import { autoLimit } from './encoded-sizes.ts'

export interface Optimized {
  readonly before: Analysis
  readonly after: Analysis
  readonly artifact: Artifact
  readonly companions: readonly Companion[]
  readonly changes: readonly Change[]
  /** A transform was asked to change what the artifact needs or offers, and did. */
  readonly redefined: boolean
}

interface Current extends Optimized {
  /** What results are compared with: the input, or what a transform made of it that was asked to change it. */
  readonly contract: Analysis
}

/**
 * Applies every transform of the format that has something to do. A result is kept only if it is smaller in the
 * chosen measure and the format's `verify` finds nothing missing; otherwise it is reported and thrown away.
 */
export async function optimizeArtifact(
  format: Format,
  artifact: Artifact,
  analyzeSettings: AnalyzeSettings,
  settings: TransformSettings,
  context: Context,
): Promise<Optimized> {
  const before = await format.analyze(artifact, { ...analyzeSettings, optimizing: true }, context)
  let current: Current = { before, after: before, contract: before, artifact, companions: [], changes: [], redefined: false }
  for (const transform of format.transforms) {
    context.signal.throwIfAborted()
    if (!transform.applies(current.after, settings)) continue
    const result = await tryTransform(transform, current, settings, context)
    if (result !== undefined) current = (await accept(format, transform, current, result, settings, context)) ?? current
  }
  return current
}

async function tryTransform(
  transform: Transform,
  current: Current,
  settings: TransformSettings,
  context: Context,
): Promise<TransformResult | undefined> {
  try {
    const result = await transform.apply(current.artifact, current.after, settings, context)
    return result.artifact === current.artifact ? undefined : result
  } catch (error) {
    context.signal.throwIfAborted()
    const cause = toDiagnostic(error, current.artifact.path)
    context.report(
      error instanceof ShrinkError
        ? { ...cause, severity: 'warning', message: `${transform.id}: ${cause.message}` }
        : { ...cause, message: `${transform.id}: ${cause.message}` },
    )
    return undefined
  }
}

async function accept(
  format: Format,
  transform: Transform,
  current: Current,
  result: TransformResult,
  settings: TransformSettings,
  context: Context,
): Promise<Current | undefined> {
  const discard = (why: string): undefined => {
    context.report({
      severity: 'info',
      code: 'transform/discarded',
      message: `${transform.id}: ${why}`,
      location: { path: current.artifact.path },
    })
    return undefined
  }
  // Sizes that the report states are measured anyway, so they are compared here too, whoever compared before.
  const trusted = result.compared === true && result.artifact.bytes.byteLength > autoLimit.brotli
  const larger = trusted || transform.redefines === true ? undefined : notSmaller(transform, current, result, settings)
  if (larger !== undefined) return discard(larger)
  try {
    const after = await format.analyze(result.artifact, { shallow: true }, context)
    const problems = transform.redefines === true ? [] : format.verify(current.contract, after)
    if (problems.length > 0) return discard(`the result does not verify: ${problems.join('; ')}`)
    return {
      before: current.before,
      after,
      contract: transform.redefines === true ? after : current.contract,
      artifact: result.artifact,
      companions: [...current.companions, ...(result.companions ?? [])],
      changes: [...current.changes, ...result.changes],
      redefined: current.redefined || transform.redefines === true,
    }
  } catch (error) {
    context.signal.throwIfAborted()
    return discard(`the result cannot be read back: ${toDiagnostic(error, current.artifact.path).message}`)
  }
}

/** Why the result is not smaller; undefined when it is. */
function notSmaller(transform: Transform, current: Current, result: TransformResult, settings: TransformSettings): string | undefined {
  const measure = transform.measure ?? settings.measure
  const after = measuredSize(result.artifact.bytes, measure)
  const before = measuredSize(current.artifact.bytes, measure)
  return after < before ? undefined : `${measure} size would go from ${before} to ${after} bytes`
}
