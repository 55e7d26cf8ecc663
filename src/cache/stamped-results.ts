import { sha256 } from '../bytes/sha256.ts'
import type { ResultCache } from '../core/result-cache.ts'

/** Results that one question is remembered with: branches that are switched between. */
const REMEMBERED = 4

interface Entry<Stamps> {
  /** What the result was made from. */
  readonly stamps: Stamps
  /** Key of the result itself: equal results are kept once. */
  readonly result: string
}

/**
 * The result of an earlier run whose inputs are as they were; damaged or foreign entries count as misses.
 *
 * @param isCurrent are the inputs as these stamps say?
 */
export async function recall<T, Stamps>(
  cache: ResultCache,
  question: unknown,
  isCurrent: (stamps: Stamps) => boolean | Promise<boolean>,
): Promise<T | undefined> {
  for (const { stamps, result } of await readEntries<Stamps>(cache, question)) {
    if (!(await isCurrent(stamps))) continue
    const value = await readJson<T>(cache, result)
    if (value !== undefined) return value
  }
  return undefined
}

/** Keeps what came of a question, plain data, until an input changes. */
export async function remember(cache: ResultCache, question: unknown, stamps: unknown, value: unknown): Promise<void> {
  const known = await readEntries(cache, question)
  const bytes = encode(value)
  const result = sha256(bytes)
  await cache.write(result, bytes)
  await cache.write(keyOf(question), encode([{ stamps, result }, ...known].slice(0, REMEMBERED)))
}

async function readEntries<Stamps>(cache: ResultCache, question: unknown): Promise<readonly Entry<Stamps>[]> {
  return (await readJson<readonly Entry<Stamps>[]>(cache, keyOf(question))) ?? []
}

function keyOf(question: unknown): string {
  return sha256(encode(question))
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value))
}

async function readJson<T>(cache: ResultCache, key: string): Promise<T | undefined> {
  const bytes = await cache.read(key)
  if (bytes === undefined) return undefined
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as T
  } catch {
    return undefined
  }
}
