import type { Confidence, Fact } from './target.ts'

/** Makes facts that share a source: `const say = from('https://…', '2026-09-10')`, then `say(22)`. */
export function from(
  source: string,
  date: string,
  confidence: Confidence = 'documented',
): <Value>(value: Value) => Fact<Value> {
  return (value) => ({ value, source, date, confidence })
}
