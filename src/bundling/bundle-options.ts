import type { Level, Measure } from '../core/transform.ts'

/** Where the bundle runs. `worker`: Cloudflare Workers and runtimes like it. */
export const platforms = ['node', 'browser', 'worker', 'neutral'] as const
export type Platform = (typeof platforms)[number]

export const moduleFormats = ['esm', 'cjs'] as const
export type ModuleFormat = (typeof moduleFormats)[number]

export interface BundleOptions {
  /** Absolute folder that entries are relative to; paths in results are relative to it. */
  readonly root: string
  readonly level: Level
  readonly measure: Measure
  readonly platform: Platform
  /** `auto`: ESM for browsers, workers and packages of type module; otherwise CommonJS. */
  readonly format: ModuleFormat | 'auto'
  /** Package names, `scope/*` patterns or paths that stay imports. */
  readonly external: readonly string[]
  /** Conditions of `exports` that are looked for besides those of the platform. */
  readonly conditions: readonly string[]
  /** Fields of package.json for packages without `exports`; null: those of the platform. */
  readonly mainFields: readonly string[] | null
  /** Global expressions and the source text that replaces them. */
  readonly define: Readonly<Record<string, string>>
  /** What `process.env.NODE_ENV` is taken to be; null leaves it to run time. */
  readonly nodeEnv: string | null
  /** Path of a tsconfig; null: the nearest one of each file. */
  readonly tsconfig: string | null
  /** Syntax level that sources are lowered to, as esbuild names it; null keeps the syntax of the sources. */
  readonly syntaxTarget: string | null
  readonly sourceMap: boolean
  /** Keep `import()` a file of its own, loaded when it is called; otherwise everything goes into the entry's file. */
  readonly splitting: boolean
  /** Leave the AWS SDK to the Lambda runtime, which brings it. */
  readonly externalAwsSdk: boolean
  /** Take credentials from the environment only, as Lambda provides them. */
  readonly awsLambdaPreset: boolean
  /** Try other published builds of a package (`module`, `es2015`) and keep them when they are smaller. */
  readonly resolutionRace: boolean
  /** Remove what the bundler kept and what is proved to have no effect. */
  readonly shake: boolean
  /** Output folder, relative to `root`: source maps are relative to it. */
  readonly outFolder: string
}

export const defaultBundleOptions: Omit<BundleOptions, 'root'> = {
  level: 'balanced',
  measure: 'gzip',
  platform: 'node',
  format: 'auto',
  external: [],
  conditions: [],
  mainFields: null,
  define: {},
  nodeEnv: 'production',
  tsconfig: null,
  syntaxTarget: null,
  sourceMap: false,
  splitting: true,
  externalAwsSdk: false,
  awsLambdaPreset: false,
  resolutionRace: true,
  shake: true,
  outFolder: 'dist',
}

/** Every replacement: the user's, and NODE_ENV when it is fixed. */
export function effectiveDefine(options: BundleOptions): Readonly<Record<string, string>> {
  if (options.nodeEnv === null) return options.define
  return { 'process.env.NODE_ENV': JSON.stringify(options.nodeEnv), ...options.define }
}

/** Conditions of `exports` for one way of importing. */
export function exportConditions(options: BundleOptions, kind: 'import' | 'require'): string[] {
  const perPlatform: Readonly<Record<Platform, readonly string[]>> = {
    node: ['node'],
    browser: ['browser'],
    worker: ['workerd', 'worker', 'browser'],
    neutral: [],
  }
  return [...options.conditions, ...perPlatform[options.platform], kind, ...(kind === 'import' ? ['module'] : [])]
}

/**
 * Fields that name a package's main file. `require` on Node takes `main` first, as Node does: a CommonJS caller
 * expects `module.exports`, not a namespace.
 */
export function packageFields(options: BundleOptions, kind: 'import' | 'require'): string[] {
  if (options.mainFields !== null) return [...options.mainFields]
  if (options.platform === 'browser' || options.platform === 'worker') return ['browser', 'module', 'main']
  return kind === 'import' ? ['module', 'main'] : ['main', 'module']
}
