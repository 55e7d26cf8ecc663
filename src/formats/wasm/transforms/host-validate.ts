const host = (globalThis as { WebAssembly?: { validate(bytes: Uint8Array): boolean } }).WebAssembly

/** Does the engine that runs this program take the module? Undefined where there is no engine. */
export function hostValidates(bytes: Uint8Array): boolean | undefined {
  return host?.validate(bytes)
}

/**
 * Why the result may not stand for the original, as far as the engine can tell: it knows nothing of a result when it
 * does not take the original either (a proposal that it lacks).
 */
export function hostVerdict(before: Uint8Array, after: Uint8Array): 'valid' | 'invalid' | 'unknown' {
  const result = hostValidates(after)
  if (result === undefined) return 'unknown'
  if (result) return 'valid'
  return hostValidates(before) === false ? 'unknown' : 'invalid'
}
