import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, relative, resolve, sep } from 'node:path'
import { optimizeFiles } from '../src/index.ts'
import { checkPluginOptions, deliver, mendable, type ShrinkPluginOptions, warningsOf } from './plugin-options.ts'

export type { ShrinkPluginOptions } from './plugin-options.ts'

/** What the plugin is to esbuild, of which each version has types of its own: a plugin typed by one is refused by another. */
export interface ShrinkEsbuildPlugin {
  readonly name: 'shrink'
  readonly setup: (build: EsbuildBuild) => void
}

interface EsbuildBuild {
  readonly initialOptions: EsbuildOptions
  onEnd(callback: (result: EsbuildResult) => Promise<EndResult | undefined>): void
}

interface EsbuildOptions {
  write?: boolean
  metafile?: boolean
  readonly allowOverwrite?: boolean
  readonly absWorkingDir?: string
  readonly outdir?: string
  readonly outfile?: string
}

interface EsbuildResult {
  readonly errors: readonly object[]
  outputFiles?: OutputFile[] | undefined
  metafile?: Metafile | undefined
}

interface OutputFile {
  readonly path: string
  readonly contents: Uint8Array
  readonly hash?: string
  readonly text: string
}

interface Metafile {
  readonly inputs: Readonly<Record<string, object>>
}

interface EndResult {
  readonly errors?: Message[]
  readonly warnings?: Message[]
}

interface Message {
  readonly text: string
  readonly notes?: { readonly text: string }[]
}

/**
 * Runs the JavaScript, WebAssembly and ELF stages over what esbuild is about to write, and prints the report.
 *
 * esbuild hands its output to plugins only when it does not write itself, so the plugin sets `write: false` and, unless
 * that was asked for, writes the files when they are done, as esbuild would: no input is overwritten, scripts with a
 * hashbang may be executed, and what has no place is printed.
 */
export function shrinkPlugin(options: ShrinkPluginOptions = {}): ShrinkEsbuildPlugin {
  checkPluginOptions(options)
  return {
    name: 'shrink',
    setup(build) {
      const { write = true, metafile: wantsMetafile = false, allowOverwrite = false, absWorkingDir: cwd = process.cwd() } = build.initialOptions
      build.initialOptions.write = false
      build.initialOptions.metafile = true // it names the inputs
      build.onEnd(async (result) => {
        const { metafile, outputFiles } = result
        if (!wantsMetafile) result.metafile = undefined
        if (result.errors.length > 0 || outputFiles === undefined) return undefined
        const harmed = write && !allowOverwrite ? inputAmong(outputFiles, metafile, cwd) : undefined
        if (harmed !== undefined) {
          return { errors: [{ text: `Refusing to overwrite input file "${harmed}" (use "allowOverwrite: true" to allow this)` }] }
        }
        const given = outputFiles.filter(({ path }) => path !== STDOUT)
        const root = outputRoot(build.initialOptions, cwd)
        try {
          const { files, report } = await optimizeFiles(
            given.map(({ path, contents }) => ({ path: relative(root, path).split(sep).join('/'), bytes: contents })),
            { cwd, ...(options.config === undefined ? {} : { config: options.config }) },
          )
          result.outputFiles = [
            ...outputFiles.filter((file) => !given.includes(file)),
            ...files.map((file) => outputFile(resolve(root, file.path), new Uint8Array(file.bytes))),
          ]
          if (write) for (const file of result.outputFiles) await writeOutput(file)
          deliver(report, options)
          return { warnings: [...warningsOf(report), ...(given.length < outputFiles.length ? [withoutPlace] : [])].map((text) => ({ text })) }
        } catch (error) {
          const told = mendable(error)
          if (told === undefined) throw error
          return { errors: [asMessage(told)] }
        }
      })
    },
  }
}

/** The path of an output for which neither `outfile` nor `outdir` was given. */
const STDOUT = '<stdout>'
const withoutPlace = 'the output is left as it is: shrink needs `outfile` or `outdir`'

function outputRoot(options: EsbuildOptions, cwd: string): string {
  if (options.outdir !== undefined) return resolve(cwd, options.outdir)
  return options.outfile === undefined ? cwd : dirname(resolve(cwd, options.outfile))
}

/** An input that would be overwritten, as esbuild names it. */
function inputAmong(files: readonly OutputFile[], metafile: Metafile | undefined, cwd: string): string | undefined {
  const written = new Set(files.map(({ path }) => path))
  return Object.keys(metafile?.inputs ?? {}).find((input) => written.has(resolve(cwd, input)))
}

function asMessage({ message, hint }: { readonly message: string; readonly hint: string | undefined }): Message {
  return { text: message, ...(hint === undefined ? {} : { notes: [{ text: hint }] }) }
}

function outputFile(path: string, contents: Uint8Array): OutputFile {
  return {
    path,
    contents,
    hash: createHash('sha256').update(contents).digest('base64').slice(0, 11),
    get text() {
      return new TextDecoder().decode(contents)
    },
  }
}

async function writeOutput({ path, contents }: OutputFile): Promise<void> {
  if (path === STDOUT) {
    process.stdout.write(contents)
    return
  }
  await mkdir(dirname(path), { recursive: true })
  const hasHashbang = contents[0] === 0x23 && contents[1] === 0x21
  await writeFile(path, contents, { mode: hasHashbang ? 0o777 : 0o666 })
}
