import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'
import type { FeatureId } from '../../../src/formats/wasm/features.ts'
import { readModule } from '../../../src/formats/wasm/read/read-module.ts'

const run = promisify(execFile)

/** Switches of wasm-validate (wabt 1.0.32): what is on by itself, and what is not. */
const onByDefault = ['mutable-globals', 'sign-extension', 'saturating-float-to-int', 'multi-value', 'bulk-memory', 'reference-types', 'simd']
const switches: Partial<Record<FeatureId, string>> = {
  'mutable-globals': 'mutable-globals',
  'sign-extensions': 'sign-extension',
  'saturated-float-to-int': 'saturating-float-to-int',
  'multi-value': 'multi-value',
  'bulk-memory': 'bulk-memory',
  'bulk-memory-opt': 'bulk-memory',
  'passive-elements': 'bulk-memory',
  'reference-types': 'reference-types',
  'call-indirect-overlong': 'reference-types',
  simd: 'simd',
  threads: 'threads',
  'exception-tags': 'exceptions',
  exceptions: 'exceptions',
}

export const hasWabt: boolean = ((): boolean => {
  try {
    execFileSync('wasm-validate', ['--version'])
    return true
  } catch {
    return false
  }
})()

/** The switches for what our reader finds. wabt has reference types on together with bulk memory only. */
export function wabtSwitches(bytes: Uint8Array): ReadonlySet<string> {
  const needed = new Set(readModule(bytes).features.flatMap(({ feature }) => switches[feature] ?? []))
  return needed.has('reference-types') ? needed.add('bulk-memory') : needed
}

/** Does wasm-validate take the file with these features and no others? */
export function wabtAccepts(path: string, switches: ReadonlySet<string>): Promise<boolean> {
  const off = onByDefault.filter((name) => !switches.has(name)).map((name) => `--disable-${name}`)
  const on = [...switches].filter((name) => !onByDefault.includes(name)).map((name) => `--enable-${name}`)
  return run('wasm-validate', [...off, ...on, path]).then(
    () => true,
    () => false,
  )
}

/** Functions with a body, as wasm-objdump counts them. */
export async function wabtFunctions(path: string): Promise<number> {
  const { stdout } = await run('wasm-objdump', ['-h', path])
  return Number(/^\s*Code .*count: (\d+)/m.exec(stdout)?.[1] ?? 0)
}
