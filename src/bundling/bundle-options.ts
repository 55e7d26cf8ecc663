import type { Level, Measure } from '../core/transform.ts'

/** Where the bundle runs. `worker`: Cloudflare Workers and runtimes like it. */
export const platforms = ['node', 'browser', 'worker', 'neutral'] as const
export type Platform = (typeof platforms)[number]

export const moduleFormats = ['esm', 'cjs'] as const
export type ModuleFormat = (typeof moduleFormats)[number]

export const splittings = ['auto', 'always', 'never'] as const
export type Splitting = (typeof splittings)[number]

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
  /** Fields of package.json for packages without `exports`; empty: those of the platform. */
  readonly mainFields: readonly string[]
  /** Global expressions and the source text that replaces them. */
  readonly define: Readonly<Record<string, string>>
  /** What `process.env.NODE_ENV` is taken to be; null leaves it to run time. */
  readonly nodeEnv: string | null
  /** Path of a tsconfig; null: the nearest one of each file. */
  readonly tsconfig: string | null
  /** Syntax level that sources are lowered to, as esbuild names it; null keeps the syntax of the sources. */
  readonly syntaxTarget: string | null
  readonly sourceMap: boolean
  /**
   * What becomes of `import()`. `always`: a file of its own, loaded when it is called. `never`: all in the entry's file.
   * `auto`: on Node, what declares to have no side effects goes into the entry's file, where it takes fewer bytes.
   */
  readonly splitting: Splitting
  /** Leave the AWS SDK to the Lambda runtime, which brings it. */
  readonly externalAwsSdk: boolean
  /** Take credentials from the environment only, as Lambda provides them. */
  readonly awsLambdaPreset: boolean
  /**
   * Load the ES module build that a package publishes in its `module` field where Node would load `main`, and try builds
   * under other conditions (`es2015`, `module`) when they are the same code. Off: the files that Node loads.
   */
  readonly resolutionRace: boolean
  /** On Node, take `typeof window` and `typeof document` to be "undefined". */
  readonly foldDomChecks: boolean
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
  mainFields: [],
  define: {},
  nodeEnv: 'production',
  tsconfig: null,
  syntaxTarget: null,
  sourceMap: false,
  splitting: 'auto',
  externalAwsSdk: false,
  awsLambdaPreset: false,
  resolutionRace: true,
  foldDomChecks: true,
  shake: true,
  outFolder: 'dist',
}

/** Every replacement: the user's, NODE_ENV when it is fixed, and what Node does not have. */
export function effectiveDefine(options: BundleOptions): Readonly<Record<string, string>> {
  return {
    ...(options.nodeEnv === null ? {} : { 'process.env.NODE_ENV': JSON.stringify(options.nodeEnv) }),
    ...(foldsDomChecks(options) ? { 'typeof window': '"undefined"', 'typeof document': '"undefined"' } : {}),
    ...options.define,
  }
}

/** esbuild, which `fast` is, cannot replace `typeof x`. */
export function foldsDomChecks(options: BundleOptions): boolean {
  return options.foldDomChecks && options.platform === 'node' && options.level !== 'fast'
}

/** Conditions of `exports` for one way of importing. */
export function exportConditions(options: BundleOptions, kind: 'import' | 'require'): string[] {
  const perPlatform: Readonly<Record<Platform, readonly string[]>> = {
    node: ['node'],
    browser: ['browser'],
    worker: ['workerd', 'worker', 'browser'],
    neutral: [],
  }
  // packages that ship a build of their own for NODE_ENV name it so; webpack, Vite and Rollup look for it too
  const environment = options.level !== 'fast' && (options.nodeEnv === 'production' || options.nodeEnv === 'development') ? [options.nodeEnv] : []
  return [...options.conditions, ...environment, ...perPlatform[options.platform], kind, ...(kind === 'import' ? ['module'] : [])]
}

/**
 * Fields that name a package's main file. `require` on Node takes `main` first, as Node does: a CommonJS caller
 * expects `module.exports`, not a namespace.
 */
export function packageFields(options: BundleOptions, kind: 'import' | 'require'): string[] {
  if (options.mainFields.length > 0) return [...options.mainFields]
  if (options.platform === 'browser' || options.platform === 'worker') return ['browser', 'module', 'main']
  return kind === 'import' && options.resolutionRace && options.level !== 'fast' ? ['module', 'main'] : ['main', 'module']
}
