import { ShrinkError } from '../core/errors.ts'

/** wasm-opt's command line, taken apart: what the bundled build is driven with through its JavaScript API. */
export interface WasmOptArguments {
  /** Names as in `--enable-NAME`. */
  readonly features: readonly string[]
  readonly steps: readonly WasmOptStep[]
  readonly skippedPasses: readonly string[]
  readonly passArguments: readonly { readonly key: string; readonly value: string }[]
  /** Keep the name section. */
  readonly names: boolean
  /** Repeat the steps while the binary shrinks. */
  readonly converge: boolean
}

export type WasmOptStep =
  | { readonly kind: 'pass'; readonly name: string }
  | { readonly kind: 'optimize'; readonly level: number; readonly shrink: number }

/** `-O…`: optimize level and shrink level, as wasm-opt maps them. */
const presets: Readonly<Record<string, readonly [level: number, shrink: number]>> = {
  '-O0': [0, 0],
  '-O1': [1, 0],
  '-O2': [2, 0],
  '-O3': [3, 0],
  '-O4': [4, 0],
  '-O': [2, 1],
  '-Os': [2, 1],
  '-Oz': [2, 2],
}

/**
 * Understands the part of wasm-opt's command line that rewrites modules: `--mvp-features`, `--enable-…`, `-O…`, `-g`,
 * `--skip-pass=…`, `--pass-arg=KEY@VALUE`, `--converge` and passes by name (`--PASS`, `--PASS=VALUE`).
 *
 * @throws ShrinkError for anything else: an argument that is passed over would be a different run
 */
export function parseWasmOptArguments(args: readonly string[]): WasmOptArguments {
  const features: string[] = []
  const steps: WasmOptStep[] = []
  const skippedPasses: string[] = []
  const passArguments: { key: string; value: string }[] = []
  let converge = false
  let names = false
  for (const arg of args) {
    const preset = presets[arg]
    const [name, value] = splitOption(arg)
    if (preset !== undefined) steps.push({ kind: 'optimize', level: preset[0], shrink: preset[1] })
    else if (arg === '--mvp-features') continue
    else if (arg === '--converge') converge = true
    else if (arg === '-g') names = true
    else if (arg.startsWith('--enable-')) features.push(arg.slice('--enable-'.length))
    else if (name === 'skip-pass' && value !== undefined) skippedPasses.push(value)
    else if (name === 'pass-arg' && value?.includes('@')) {
      passArguments.push({ key: value.slice(0, value.indexOf('@')), value: value.slice(value.indexOf('@') + 1) })
    } else if (name !== undefined && !name.startsWith('disable-')) {
      if (value !== undefined) passArguments.push({ key: name, value })
      steps.push({ kind: 'pass', name })
    } else throw new ShrinkError('transform/failed', `wasm-opt: argument ${arg} is not understood`)
  }
  return { features, steps, skippedPasses, passArguments, names, converge }
}

function splitOption(arg: string): readonly [name: string | undefined, value: string | undefined] {
  const match = /^--([a-z0-9-]+)(?:=(.*))?$/s.exec(arg)
  return match === null ? [undefined, undefined] : [match[1], match[2]]
}
