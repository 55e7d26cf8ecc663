import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, relative, resolve, sep } from 'node:path'
import type { BuildOptions, OutputFile, Plugin } from 'esbuild'
import { optimizeFiles } from '../src/index.ts'
import { deliver, type ShrinkPluginOptions, warningsOf } from './plugin-options.ts'

export type { ShrinkPluginOptions } from './plugin-options.ts'

/**
 * Runs the JavaScript, WebAssembly and ELF stages over what esbuild is about to write, and prints the report.
 *
 * esbuild hands its output to plugins only when it does not write itself, so the plugin sets `write: false` and, unless
 * that was asked for, writes the files when they are done.
 */
export function shrinkPlugin(options: ShrinkPluginOptions = {}): Plugin {
  return {
    name: 'shrink',
    setup(build) {
      const write = build.initialOptions.write !== false
      const cwd = build.initialOptions.absWorkingDir ?? process.cwd()
      build.initialOptions.write = false
      build.onEnd(async (result) => {
        if (result.errors.length > 0 || result.outputFiles === undefined) return undefined
        const root = outputRoot(build.initialOptions, cwd)
        const { files, report } = await optimizeFiles(
          result.outputFiles.map((file) => ({ path: relative(root, file.path).split(sep).join('/'), bytes: file.contents })),
          { cwd, ...(options.config === undefined ? {} : { config: options.config }) },
        )
        result.outputFiles = files.map((file) => outputFile(resolve(root, file.path), new Uint8Array(file.bytes)))
        if (write) for (const file of result.outputFiles) await writeOutput(file)
        deliver(report, options)
        return { warnings: warningsOf(report).map((text) => ({ text })) }
      })
    },
  }
}

function outputRoot(options: BuildOptions, cwd: string): string {
  if (options.outdir !== undefined) return resolve(cwd, options.outdir)
  return options.outfile === undefined ? cwd : dirname(resolve(cwd, options.outfile))
}

function outputFile(path: string, contents: Uint8Array<ArrayBuffer>): OutputFile {
  return {
    path,
    contents,
    hash: '',
    get text() {
      return new TextDecoder().decode(contents)
    },
  }
}

async function writeOutput(file: OutputFile): Promise<void> {
  await mkdir(dirname(file.path), { recursive: true })
  await writeFile(file.path, file.contents)
}
