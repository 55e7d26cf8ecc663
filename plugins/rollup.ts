import { optimizeFiles } from '../src/index.ts'
import { checkPluginOptions, deliver, mendable, type ShrinkPluginOptions, warningsOf } from './plugin-options.ts'

export type { ShrinkPluginOptions } from './plugin-options.ts'

/**
 * What the plugin is to Rollup, Rolldown and Vite. Their own types of a plugin differ between versions, and a plugin typed
 * by one version is refused by the types of another; this is what each of them takes.
 */
export interface ShrinkRollupPlugin {
  readonly name: 'shrink'
  readonly generateBundle: {
    readonly order: 'post'
    readonly handler: (this: BundleContext, outputOptions: object, bundle: OutputBundle) => Promise<void>
  }
}

interface BundleContext {
  /** Vite's: what it builds at the moment, the scripts of pages or a server's. */
  readonly environment?: { readonly config?: { readonly consumer?: string; readonly build?: { readonly lib?: unknown } } }
  warn(message: string): void
  error(message: string): never
  emitFile(file: { type: 'asset'; fileName: string; source: Uint8Array }): string
}

interface OutputBundle {
  readonly [path: string]: { readonly type: 'chunk'; code: string } | { readonly type: 'asset'; source: string | Uint8Array }
}

/**
 * Runs the JavaScript, WebAssembly and ELF stages over what Rollup, Rolldown or Vite is about to write, and prints the
 * report. Put it last.
 */
export function shrinkPlugin(options: ShrinkPluginOptions = {}): ShrinkRollupPlugin {
  checkPluginOptions(options)
  return {
    name: 'shrink',
    generateBundle: {
      order: 'post',
      async handler(_outputOptions, bundle) {
        const { files, report } = await optimizeFiles(filesOf(bundle), { ...(options.config === undefined ? {} : { config: options.config }), ...sideOf(this) }).catch((error: unknown) => {
          const told = mendable(error)
          if (told === undefined) throw error
          return this.error(told.hint === undefined ? told.message : `${told.message}\n  ${told.hint}`)
        })
        for (const file of files) replace(bundle, file.path, file.bytes, this)
        for (const warning of warningsOf(report)) this.warn(warning)
        deliver(report, options)
      },
    },
  }
}

function sideOf({ environment }: BundleContext): { readonly side?: 'client' | 'server' } {
  const { consumer, build } = environment?.config ?? {}
  // a library is built as if for pages, and used anywhere
  if (consumer === 'client' && (build?.lib === undefined || build.lib === false)) return { side: 'client' }
  return consumer === 'server' ? { side: 'server' } : {}
}

/** Chunks and assets; Rollup has already put the source maps among the assets. */
function filesOf(bundle: OutputBundle): { path: string; bytes: Uint8Array }[] {
  return Object.entries(bundle).map(([path, output]) => {
    const content = output.type === 'chunk' ? output.code : output.source
    return { path, bytes: typeof content === 'string' ? new TextEncoder().encode(content) : content }
  })
}

function replace(bundle: OutputBundle, path: string, bytes: Uint8Array, context: BundleContext): void {
  const output = bundle[path]
  if (output === undefined) context.emitFile({ type: 'asset', fileName: path, source: bytes })
  else if (output.type === 'chunk') output.code = new TextDecoder().decode(bytes)
  else output.source = bytes
}
