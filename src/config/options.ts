import { levels, measures } from '../core/transform.ts'
import { sizeViews } from '../core/analysis.ts'

export type CommandName = 'analyze' | 'build' | 'explain' | 'targets'

interface OptionBase {
  /** Key in its section of the configuration. */
  readonly key: string
  /** Command-line flag without the dashes. Left out: configuration only. */
  readonly flag?: string
  readonly alias?: string
  /** One line, for `--help`, the schema and the documentation. */
  readonly help: string
  /** The commands that take the flag. */
  readonly commands: readonly CommandName[]
}

/** A row of the table: from it come flags, validation, `--help`, the JSON Schema and the documentation. */
export type Option = OptionBase &
  (
    | { readonly type: 'boolean'; readonly default: boolean }
    | { readonly type: 'string'; readonly default: string | null }
    | { readonly type: 'number'; readonly default: number | null; readonly minimum: number }
    | { readonly type: 'enum'; readonly values: readonly string[]; readonly default: string | null }
    | { readonly type: 'list'; readonly default: readonly string[] }
    | { readonly type: 'map'; readonly default: Readonly<Record<string, string>> }
    /** Checked by its own reader; configuration only. */
    | { readonly type: 'json'; readonly default: null }
  )

export interface OptionSection {
  /** Key in the configuration; '' for the top level. */
  readonly key: '' | 'elf' | 'wasm' | 'js' | 'bundle' | 'package'
  readonly title: string
  readonly options: readonly Option[]
}

/** Every option there is. */
export const optionSections: readonly OptionSection[] = [
  {
    key: '',
    title: 'General',
    options: [
      { key: 'out', flag: 'out', alias: 'o', type: 'string', default: 'shrunk', commands: ['build'], help: 'Folder to write the result into; replaced as a whole' },
      { key: 'arch', flag: 'arch', type: 'list', default: [], commands: ['build', 'analyze'], help: 'Architecture to build for (x64, arm64, …); may be given several times' },
      { key: 'target', flag: 'target', alias: 't', type: 'list', default: [], commands: ['build', 'analyze'], help: 'Deployment target to judge against (see `shrink targets`); may be given several times' },
      { key: 'level', flag: 'level', type: 'enum', values: levels, default: 'balanced', commands: ['build'], help: 'How much time the result may cost' },
      { key: 'measure', flag: 'measure', type: 'enum', values: measures, default: 'gzip', commands: ['build'], help: 'The size that is compared for JavaScript and WebAssembly' },
      { key: 'failOn', flag: 'fail-on', type: 'enum', values: ['error', 'warning', 'info', 'never'], default: 'error', commands: ['build', 'analyze'], help: 'Exit with 1 on findings of this severity or above' },
      { key: 'jobs', flag: 'jobs', alias: 'j', type: 'number', minimum: 1, default: null, commands: ['build', 'analyze'], help: 'Artifacts processed at a time (default: one per processor)' },
      { key: 'compressedSizes', flag: 'compressed-sizes', type: 'enum', values: ['auto', 'all', 'none'], default: 'auto', commands: ['build', 'analyze'], help: 'Measure gzip and brotli sizes: auto leaves out what takes long (brotli above 2 MiB, gzip above 16 MiB)' },
      { key: 'by', flag: 'by', type: 'enum', values: sizeViews, default: null, commands: ['analyze'], help: 'Show where the bytes are, cut this way' },
      { key: 'cpu', flag: 'cpu', type: 'string', default: null, commands: ['analyze', 'explain'], help: 'CPU model or comma-separated features that run-time checks are evaluated with' },
      { key: 'json', flag: 'json', type: 'boolean', default: false, commands: ['analyze', 'build', 'explain', 'targets'], help: 'Print the report as JSON' },
      { key: 'quiet', flag: 'quiet', alias: 'q', type: 'boolean', default: false, commands: ['analyze', 'build', 'explain'], help: 'No progress on stderr' },
      { key: 'rules', type: 'map', default: {}, commands: [], help: 'Severity per rule: off, info, warning or error' },
      { key: 'targets', type: 'json', default: null, commands: [], help: 'Deployment targets of your own' },
    ],
  },
  {
    key: 'elf',
    title: 'ELF binaries',
    options: [
      { key: 'strip', flag: 'strip', type: 'enum', values: ['all', 'debug', 'none'], default: 'all', commands: ['build'], help: 'Remove symbols and debug information, only debug information, or nothing' },
      { key: 'keepDebug', flag: 'keep-debug', type: 'string', default: null, commands: ['build'], help: 'Keep what is stripped in .debug files in this folder of the output' },
    ],
  },
  {
    key: 'wasm',
    title: 'WebAssembly',
    options: [
      { key: 'optimize', flag: 'wasm-optimize', type: 'boolean', default: true, commands: ['build'], help: 'Run wasm-opt besides removing sections' },
    ],
  },
  {
    key: 'js',
    title: 'JavaScript',
    options: [
      { key: 'minify', flag: 'minify', type: 'boolean', default: true, commands: ['build'], help: 'Minify JavaScript' },
    ],
  },
  { key: 'bundle', title: 'Bundling', options: [] },
  { key: 'package', title: 'Packaging', options: [] },
]
