import type { AnalyzeSettings } from '../../../core/analysis.ts'
import type { Context } from '../../../core/context.ts'
import { toDiagnostic } from '../../../core/errors.ts'
import type { JsonValue } from '../../../core/json.ts'
import type { Requirement } from '../../../core/requirement.ts'
import { codeNotDecoded, unknownCode } from '../cpu/code-not-decoded.ts'
import { analyzeCpu } from '../cpu/index.ts'
import type { ElfTables } from '../tables.ts'
import { readTables, tolerate } from '../tables.ts'
import { tableProperties } from '../properties/properties.ts'
import { tableRequirements } from '../requirements/index.ts'
import { appended } from './appended.ts'
import { bunCompile } from './bun-compile.ts'
import { denoCompile } from './deno-compile.ts'
import { findBytes } from './find-bytes.ts'
import { nodeSea } from './node-sea.ts'
import type { Payload, Recognizer } from './payload.ts'
import { payloadSize } from './payload.ts'
import { swcCarrier } from './swc-carrier.ts'
import { upx } from './upx.ts'

/** In the order in which they are asked: the particular before the general. */
const recognizers: readonly Recognizer[] = [swcCarrier, nodeSea, denoCompile, upx, bunCompile, appended]

export interface PayloadAnalysis {
  readonly payloads: readonly (Payload & { readonly analysed: boolean })[]
  /** What the payloads require, where they could be opened. */
  readonly requirements: readonly Requirement[]
  readonly properties: { readonly [key: string]: JsonValue }
}

/** What a file carries. An ELF file inside is unpacked and analysed like the one around it, but for `shallow`. */
export async function analyzePayloads(
  tables: ElfTables,
  path: string,
  settings: AnalyzeSettings,
  context: Context,
): Promise<PayloadAnalysis> {
  const payloads: (Payload & { analysed: boolean })[] = []
  const requirements: Requirement[] = []
  const described: JsonValue[] = []
  for (const recognize of recognizers) {
    const found = tolerate(() => recognize(tables), undefined, path, context)
    if (found === undefined || payloads.some((other) => overlaps(other, found))) continue
    const payload = found.hidesCode ? found : withPrograms(found, tables)
    const inner = settings.shallow === true ? undefined : await openInner(payload, path, settings, context)
    payloads.push({ ...payload, analysed: inner !== undefined })
    const { kind, offset, size, description } = payload
    described.push({ kind, offset, size, description, analysed: inner !== undefined, ...(inner === undefined ? {} : { properties: inner.properties }) })
    if (inner !== undefined) requirements.push(...inner.requirements.map((requirement) => inPayload(requirement, kind)))
    else if (payload.hidesCode && settings.shallow !== true) requirements.push(hiddenCode(payload))
  }
  return { payloads, requirements, properties: described.length > 0 ? { payloads: described } : {} }
}

/** Packed scripts bring their native addons along: an ELF file inside, uncompressed, is code that is not seen here. */
function withPrograms(payload: Payload, { file }: ElfTables): Payload {
  const { offset, size, description } = payload
  if (findBytes(file.bytes, '\x7fELF', offset, Math.min(offset + size, file.bytes.byteLength)) < 0) return payload
  return { ...payload, hidesCode: true, description: `${description} (with machine code in it)` }
}

function overlaps(a: Payload, b: Payload): boolean {
  return a.offset < b.offset + b.size && b.offset < a.offset + a.size
}

async function openInner(
  payload: Payload,
  path: string,
  settings: AnalyzeSettings,
  context: Context,
): Promise<Pick<PayloadAnalysis, 'requirements' | 'properties'> | undefined> {
  if (payload.inner === undefined) return undefined
  try {
    const tables = readTables(payload.inner(), path, context)
    const cpu = settings.skipCode === true ? codeNotDecoded(tables.file) : await analyzeCpu(tables.file, settings, context)
    return {
      requirements: [...tableRequirements(tables), ...cpu.requirements],
      properties: { ...tableProperties(tables), ...cpu.properties, unpackedSize: tables.file.bytes.byteLength },
    }
  } catch (error) {
    context.signal.throwIfAborted()
    context.report({ ...toDiagnostic(error, path), severity: 'warning' })
    return undefined
  }
}

function inPayload(requirement: Requirement, kind: string): Requirement {
  return { ...requirement, evidence: requirement.evidence.map((evidence) => ({ ...evidence, text: `${evidence.text} (in the ${kind} payload)` })) }
}

function hiddenCode(payload: Payload): Requirement {
  return unknownCode({ text: `${payloadSize(payload)} not analysed: ${payload.description}`, offset: payload.offset })
}
