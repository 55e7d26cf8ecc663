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
    | { readonly type: 'string'; readonly default: string | null; readonly nullable?: boolean }
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
      { key: 'target', flag: 'target', alias: 't', type: 'list', default: [], commands: ['build', 'analyze'], help: 'Deployment target to judge against, and to lower WebAssembly for (see `shrink targets`), or browserslist[:QUERY]; may be given several times' },
      { key: 'level', flag: 'level', type: 'enum', values: levels, default: 'balanced', commands: ['build'], help: 'How much time the result may cost' },
      { key: 'measure', flag: 'measure', type: 'enum', values: measures, default: 'gzip', commands: ['build'], help: 'The size that is compared for JavaScript and WebAssembly' },
      { key: 'failOn', flag: 'fail-on', type: 'enum', values: ['error', 'warning', 'info', 'never'], default: 'error', commands: ['build', 'analyze'], help: 'Exit with 1 on findings of this severity or above' },
      { key: 'jobs', flag: 'jobs', alias: 'j', type: 'number', minimum: 1, default: null, commands: ['build', 'analyze'], help: 'Artifacts processed at a time (default: one per processor)' },
      { key: 'compressedSizes', flag: 'compressed-sizes', type: 'enum', values: ['auto', 'gzip', 'all', 'none'], default: 'auto', commands: ['build', 'analyze'], help: 'Measure gzip and brotli sizes: auto leaves out what takes long (brotli of files above 2 MiB and of inputs above 8 MiB, gzip of files above 16 MiB)' },
      { key: 'by', flag: 'by', type: 'enum', values: sizeViews, default: null, commands: ['analyze'], help: 'Show where the bytes are, cut this way' },
      { key: 'code', flag: 'code', type: 'enum', values: ['auto', 'all', 'none'], default: 'auto', commands: ['analyze'], help: 'Decode the machine code of ELF files for what it needs of the CPU: auto leaves it out when --by alone is asked, without --target, --arch or --cpu' },
      { key: 'cpu', flag: 'cpu', type: 'string', default: null, commands: ['analyze', 'explain'], help: 'CPU model or comma-separated features that run-time checks are evaluated with' },
      { key: 'maxSize', flag: 'max-size', type: 'list', default: [], commands: ['build', 'analyze'], help: 'What files may weigh together, as PATTERN=SIZE or PATTERN=SIZE gzip|brotli (*.node=2MB, "assets/**/*.js=200kB gzip"); of a build, what it writes; may be given several times' },
      { key: 'reporter', flag: 'reporter', type: 'list', default: [], commands: ['analyze', 'build'], help: 'What the report is printed as, or with =FILE written as: text, json (as --json), markdown, for a pull request, sarif, for code scanning, or github, for annotations of a workflow' },
      { key: 'against', flag: 'against', type: 'string', default: null, commands: ['analyze', 'build'], help: 'Say what has changed since this report, which --json or --reporter json=FILE wrote: sizes, requirements, where it runs' },
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
      { key: 'debugCompression', flag: 'debug-compression', type: 'enum', values: ['zlib', 'zstd', 'none'], default: 'zlib', commands: ['build'], help: 'How .debug files are compressed; zstd needs Node 22.15 to write, and a debugger that knows it (gdb 13) to read' },
    ],
  },
  {
    key: 'wasm',
    title: 'WebAssembly',
    options: [
      { key: 'optimize', flag: 'wasm-optimize', type: 'boolean', default: true, commands: ['build'], help: 'Run wasm-opt besides removing sections' },
      { key: 'wasmOpt', flag: 'wasm-opt', type: 'string', default: null, commands: ['build'], help: 'The wasm-opt to run, version 120 or later (default: a native one in PATH, else the one from npm binaryen)' },
      { key: 'timeBudget', flag: 'wasm-time', type: 'number', minimum: 0, default: null, commands: ['build'], help: 'Seconds of wasm-opt that one file may take, by estimate (default: 480, 3600 at level max)' },
      { key: 'memoryLimit', flag: 'wasm-memory', type: 'number', minimum: 64, default: null, commands: ['build'], help: 'MiB of memory that wasm-opt may hold (default: 4096)' },
      { key: 'dropExports', flag: 'wasm-drop-exports', type: 'boolean', default: true, commands: ['build'], help: 'Drop exports that the script of the build which loads a module provably cannot reach' },
      { key: 'keepNames', flag: 'wasm-keep-names', type: 'boolean', default: false, commands: ['build'], help: 'Keep the name section, for stack traces' },
      { key: 'lower', flag: 'wasm-lower', type: 'list', default: [], commands: ['build'], help: 'WebAssembly features to replace by what came before them (sign-extensions, bulk-memory, relaxed-simd, …)' },
    ],
  },
  {
    key: 'js',
    title: 'JavaScript',
    options: [
      { key: 'minify', flag: 'minify', type: 'boolean', default: true, commands: ['build'], help: 'Minify JavaScript' },
      { key: 'keepNames', flag: 'keep-names', type: 'boolean', default: false, commands: ['build'], help: 'Keep the names that functions and classes report at run time (always so in node_modules, and where the code decides by them)' },
      { key: 'legalComments', flag: 'legal-comments', type: 'enum', values: ['keep', 'collect', 'none'], default: 'keep', commands: ['build'], help: 'Licence comments: at the end of the file, in a .LEGAL.txt beside it, or nowhere' },
      { key: 'sourceMap', flag: 'js-source-map', type: 'enum', values: ['auto', 'none'], default: 'auto', commands: ['build'], help: 'auto: a script that has a source map keeps one' },
      { key: 'target', flag: 'js-target', type: 'enum', values: ['es5', 'es2015', 'es2016', 'es2017', 'es2018', 'es2019', 'es2020', 'es2021', 'es2022', 'es2023', 'es2024', 'es2025', 'esnext'], default: null, commands: ['build'], help: 'Newest syntax that may be written (default: what the file uses already)' },
      { key: 'rename', flag: 'rename', type: 'boolean', default: true, commands: ['build'], help: 'Choose local names so that gzip and brotli find more repeats' },
      { key: 'renameEffort', flag: 'rename-effort', type: 'number', minimum: 0, default: 1, commands: ['build'], help: 'Level max: how long names are searched for that compress better; 10 takes about ten times as long, 0 leaves the search out' },
      { key: 'measureLoad', flag: 'measure-load', type: 'boolean', default: false, commands: ['build'], help: 'Run each script to measure how long it takes to load, before and after' },
      { key: 'compileCache', flag: 'compile-cache', type: 'boolean', default: false, commands: ['build'], help: 'Put the compile cache of this Node beside CommonJS scripts that load faster with it; runs them' },
    ],
  },
  {
    key: 'bundle',
    title: 'Bundling',
    options: [
      { key: 'enabled', flag: 'bundle', type: 'boolean', default: true, commands: ['build'], help: 'Bundle script files given as entry points; --no-bundle optimises them as they are' },
      { key: 'cache', flag: 'cache', type: 'boolean', default: true, commands: ['build', 'analyze'], help: 'Reuse what earlier runs made and found out where nothing that it was made from has changed' },
      { key: 'platform', flag: 'platform', type: 'enum', values: ['auto', 'node', 'browser', 'worker', 'neutral'], default: 'auto', commands: ['build', 'analyze', 'explain'], help: 'Where the bundle runs (auto: as the targets asked for, else Node)' },
      { key: 'format', flag: 'format', type: 'enum', values: ['auto', 'esm', 'cjs'], default: 'auto', commands: ['build'], help: 'Module format of the bundle' },
      { key: 'external', flag: 'external', type: 'list', default: [], commands: ['build', 'analyze', 'explain'], help: 'Package or pattern that stays an import; may be given several times' },
      { key: 'conditions', flag: 'conditions', type: 'list', default: [], commands: ['build', 'analyze', 'explain'], help: 'Condition of package exports to look for; may be given several times' },
      { key: 'define', flag: 'define', type: 'map', default: {}, commands: ['build', 'analyze', 'explain'], help: 'Global expression to replace: NAME=SOURCE; may be given several times' },
      { key: 'nodeEnv', flag: 'node-env', type: 'string', default: 'production', nullable: true, commands: ['build', 'analyze', 'explain'], help: 'What process.env.NODE_ENV is taken to be; null in a configuration file leaves it to run time' },
      { key: 'tsconfig', flag: 'tsconfig', type: 'string', default: null, commands: ['build', 'analyze', 'explain'], help: 'tsconfig.json to use instead of the nearest' },
      { key: 'sourceMap', flag: 'source-map', type: 'boolean', default: false, commands: ['build'], help: 'Make source maps for bundles' },
      { key: 'splitting', flag: 'splitting', type: 'enum', values: ['auto', 'always', 'never'], default: 'auto', commands: ['build'], help: 'Files of their own for import(): always, never, or (auto, on Node) unless the code declares to have no side effects' },
      { key: 'mainFields', flag: 'main-fields', type: 'list', default: [], commands: ['build', 'analyze', 'explain'], help: 'Fields of package.json that name the main file; may be given several times' },
      { key: 'syntaxTarget', flag: 'syntax-target', type: 'string', default: null, commands: ['build'], help: 'Syntax level to lower sources to (es2022, node18, …); the syntax of the sources is kept when left out' },
      { key: 'externalAwsSdk', flag: 'external-aws-sdk', type: 'boolean', default: false, commands: ['build', 'analyze', 'explain'], help: 'Leave the AWS SDK to the Lambda runtime' },
      { key: 'awsLambdaPreset', flag: 'aws-lambda-preset', type: 'boolean', default: false, commands: ['build', 'analyze', 'explain'], help: 'Take AWS credentials from the environment only, as Lambda provides them' },
      { key: 'resolutionRace', flag: 'resolution-race', type: 'boolean', default: true, commands: ['build', 'analyze', 'explain'], help: 'Try other published builds of packages and keep the smallest' },
      { key: 'foldDomChecks', flag: 'fold-dom-checks', type: 'boolean', default: true, commands: ['build'], help: 'On Node, take typeof window and typeof document to be "undefined"' },
      { key: 'shake', flag: 'shake', type: 'boolean', default: true, commands: ['build'], help: 'Remove what bundlers keep and what is proved to have no effect' },
    ],
  },
  {
    key: 'package',
    title: 'Packaging',
    options: [
      { key: 'kinds', flag: 'package', type: 'list', default: [], commands: ['build'], help: 'What to make of the output, per architecture: dir, zip, layer, oci; may be given several times' },
      { key: 'name', flag: 'package-name', type: 'string', default: null, commands: ['build'], help: 'First part of the names of packages (default: the name in package.json)' },
      { key: 'offline', flag: 'offline', type: 'boolean', default: false, commands: ['build'], help: 'Never ask a registry for builds of another architecture' },
      { key: 'programs', flag: 'program', type: 'map', default: {}, commands: ['build'], help: 'Place the build of a program for the architecture: bin/tool=vendor/tool-{arch}; may be given several times' },
      { key: 'include', flag: 'include', type: 'list', default: [], commands: ['build'], help: 'Package or path of the project to take whole with --arch: what code loads in ways that cannot be traced; may be given several times' },
      { key: 'verify', flag: 'verify', type: 'string', default: null, commands: ['build'], help: 'Run this command in the output (on it, with {out}), under qemu-user for another architecture' },
      { key: 'verifyNode', flag: 'verify-node', type: 'string', default: null, commands: ['build'], help: 'Node executable of the other architecture for --verify; {arch} is replaced' },
      { key: 'sbom', flag: 'sbom', type: 'boolean', default: false, commands: ['build'], help: 'Write a CycloneDX software bill of materials' },
      { key: 'base', flag: 'image-base', type: 'string', default: null, commands: ['build'], help: 'OCI image layout (a folder) to build the image on; scratch when left out' },
      { key: 'tag', flag: 'image-tag', type: 'string', default: 'latest', commands: ['build'], help: 'Name of the image in its layout' },
      { key: 'directory', flag: 'image-directory', type: 'string', default: '/app', commands: ['build'], help: 'Where the files are in the image' },
      { key: 'entrypoint', flag: 'image-entrypoint', type: 'list', default: [], commands: ['build'], help: 'Program and arguments that the image starts; one word each' },
      { key: 'cmd', flag: 'image-cmd', type: 'list', default: [], commands: ['build'], help: 'Arguments that the one who runs the image may replace; one word each' },
      { key: 'env', flag: 'image-env', type: 'map', default: {}, commands: ['build'], help: 'Environment variable of the image: NAME=value; may be given several times' },
      { key: 'user', flag: 'image-user', type: 'string', default: null, commands: ['build'], help: 'User (and group) that the image runs as' },
      { key: 'labels', flag: 'image-label', type: 'map', default: {}, commands: ['build'], help: 'Label of the image: name=value; may be given several times' },
      { key: 'compression', flag: 'image-compression', type: 'enum', values: ['gzip', 'zstd'], default: 'gzip', commands: ['build'], help: 'Compression of image layers; zstd needs Node 22.15' },
    ],
  },
]
