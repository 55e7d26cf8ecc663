import type { Command } from '../command.ts'

/** Every command there is. */
export const commands: readonly Command[] = [
  {
    name: 'analyze',
    summary: 'Say what is in files, folders or archives, what it weighs and where it runs',
    positional: { name: 'paths', help: 'Files, folders, zip, tar(.gz) or asar archives, script sources', many: true, required: true },
    ownFlags: [],
    load: async () => (await import('./analyze.ts')).runAnalyze,
  },
  {
    name: 'build',
    summary: 'Write an optimised copy of folders, archives or entry points, each file checked',
    positional: { name: 'paths', help: 'Folders, archives, binaries or script entry points (default: dist)', many: true, required: false },
    ownFlags: [],
    load: async () => (await import('./build.ts')).runBuild,
  },
  {
    name: 'explain',
    summary: 'Say why a file needs a feature, holds a module or keeps a function, with evidence',
    positional: { name: 'file', help: 'An ELF, WebAssembly or JavaScript file', many: false, required: true },
    ownFlags: [
      { flag: 'feature', help: 'CPU or WebAssembly feature (avx2, lse, simd128, …)' },
      { flag: 'module', help: 'Package or module in a bundle (lodash, src/a.ts, …)' },
      { flag: 'function', help: 'Function of a WebAssembly module or symbol of an ELF file' },
    ],
    load: async () => (await import('./explain.ts')).runExplain,
  },
  {
    name: 'targets',
    summary: 'List the deployment targets, or show one with the source of each fact',
    positional: { name: 'id', help: 'A target, as --target takes it', many: false, required: false },
    ownFlags: [],
    load: async () => (await import('./targets.ts')).runTargets,
  },
]
