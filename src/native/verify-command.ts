import { spawn } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { arch, platform } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import type { Diagnostic } from '../core/diagnostic.ts'
import { UsageError } from '../core/errors.ts'
import { readBinaryKind } from './read-binary-kind.ts'
import type { NativePlatform } from './platform.ts'
import { exists } from './project.ts'

export interface VerifySettings {
  /** The user's command line. It is run in the tree; with `{out}` in it, which stands for the tree, in `cwd`. */
  readonly command: string
  /** A Node executable of the target's architecture; `{arch}` in it is replaced. */
  readonly node: string | null
  /** Absolute: the user's working directory. */
  readonly cwd: string
  readonly signal: AbortSignal
}

/** Names of qemu's user-mode emulators by `process.arch`. */
const emulators: Readonly<Record<string, readonly string[]>> = {
  arm64: ['aarch64'],
  arm: ['arm'],
  x64: ['x86_64'],
  ia32: ['i386'],
  riscv64: ['riscv64'],
  s390x: ['s390x'],
  ppc64: ['ppc64le'],
  loong64: ['loongarch64'],
}

/** Where Debian's cross packages put the C library of an architecture. */
const crossRoots: Readonly<Record<string, string>> = {
  arm64: '/usr/aarch64-linux-gnu',
  arm: '/usr/arm-linux-gnueabihf',
  riscv64: '/usr/riscv64-linux-gnu',
  s390x: '/usr/s390x-linux-gnu',
  ppc64: '/usr/powerpc64le-linux-gnu',
}

const timeLimit = 300_000
const keptOutput = 64 << 10

/**
 * Runs the user's command in the built tree: as it is on the tree's own architecture, under qemu-user on another.
 *
 * @param platform of the tree; null for one that was not built for an architecture
 * @returns undefined when it ended with 0; else why it failed, or why it could not be run
 */
export async function verifyTree(tree: string, target: NativePlatform | null, settings: VerifySettings): Promise<Diagnostic | undefined> {
  const argv = splitCommand(settings.command).map((word) => word.replaceAll('{out}', tree))
  const cwd = settings.command.includes('{out}') ? settings.cwd : tree
  const foreign = target !== null && (target.nodeArch !== arch() || platform() !== 'linux')
  const started = foreign ? await underEmulator(argv, tree, target, settings) : nativeCommand(argv)
  if ('severity' in started) return started
  const { code, output } = await runCommand(started.file, started.args, cwd, { ...process.env, ...started.env }, settings.signal)
  if (code === 0) return undefined
  const where = target === null ? '' : ` for ${target.nodeArch}`
  return {
    severity: 'error',
    code: 'verify/failed',
    message: `\`${settings.command}\`${where} ended with ${code}${output === '' ? '' : `:\n${output}`}`,
    hint: 'It was run on what was built: nothing but what is in there can be loaded.',
  }
}

interface Started {
  readonly file: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
}

/** `node` is the Node that runs this, whatever PATH says. */
function nativeCommand(argv: readonly string[]): Started {
  const [program, ...args] = argv
  return { file: program === 'node' ? process.execPath : program!, args, env: {} }
}

async function underEmulator(
  argv: readonly string[],
  tree: string,
  target: NativePlatform,
  settings: VerifySettings,
): Promise<Started | Diagnostic> {
  const skipped = (message: string, hint: string): Diagnostic => ({ severity: 'warning', code: 'verify/skipped', message, hint })
  const emulator = await findEmulator(target)
  if (emulator === undefined) {
    return skipped(
      `\`${settings.command}\` was not run for ${target.nodeArch}: there is no qemu-${emulators[target.nodeArch]?.[0] ?? target.nodeArch} here`,
      'Install qemu-user (Debian: apt-get install qemu-user).',
    )
  }
  const program = argv[0] === 'node' ? await targetNode(target, settings) : resolve(tree, argv[0]!)
  if (program === undefined) {
    return skipped(
      `\`${settings.command}\` was not run for ${target.nodeArch}: there is no Node of that architecture here`,
      `Give one with --verify-node, such as that of the npm package node-linux-${target.nodeArch}: bin/node in it.`,
    )
  }
  const kind = await readBinaryKind(program)
  if (kind?.kind !== 'elf' || kind.architecture !== target.architecture) {
    throw new UsageError(
      `--verify: ${argv[0]!} is not a program for ${target.nodeArch}`,
      'For another architecture the command starts with `node`, or with a program of the output: --verify "./bootstrap --version".',
    )
  }
  const root = crossRoots[target.nodeArch]
  const prefix = process.env['QEMU_LD_PREFIX'] ?? (root !== undefined && (await exists(root)) ? root : undefined)
  return { file: emulator, args: [program, ...argv.slice(1)], env: prefix === undefined ? {} : { QEMU_LD_PREFIX: prefix } }
}

async function findEmulator(target: NativePlatform): Promise<string | undefined> {
  for (const name of emulators[target.nodeArch] ?? []) {
    for (const suffix of ['', '-static']) {
      for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
        const file = join(folder, `qemu-${name}${suffix}`)
        if (folder !== '' && (await isExecutable(file))) return file
      }
    }
  }
  return undefined
}

async function targetNode(target: NativePlatform, { node, cwd }: VerifySettings): Promise<string | undefined> {
  const named = node === null ? `node_modules/node-linux-${target.nodeArch}/bin/node` : node.replaceAll('{arch}', target.nodeArch)
  const file = named.startsWith('/') ? named : join(cwd, named)
  if (await isExecutable(file)) return file
  if (node === null) return undefined
  throw new UsageError(`--verify-node: ${named} is not there, or cannot be executed`)
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  )
}

/**
 * A command line as words: spaces separate, quotes join, a backslash takes the next character as it is. No shell.
 * @throws UsageError
 */
export function splitCommand(command: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let quote: string | undefined
  for (let at = 0; at < command.length; at++) {
    const character = command[at]!
    if (character === '\\' && quote !== "'" && at + 1 < command.length) word = (word ?? '') + command[++at]!
    else if (quote !== undefined) {
      if (character === quote) quote = undefined
      else word += character
    } else if (character === '"' || character === "'") {
      quote = character
      word ??= ''
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + character
  }
  if (quote !== undefined) throw new UsageError(`--verify: a ${quote} is not closed`)
  if (word !== undefined) words.push(word)
  if (words.length === 0) throw new UsageError('--verify: a command is needed')
  return words
}

/** Runs without a shell; keeps the end of what it prints. */
async function runCommand(
  file: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<{ code: string | number; output: string }> {
  return new Promise((done, reject) => {
    const child = spawn(file, [...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: timeLimit, signal })
    let output = ''
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-keptOutput)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (signal.aborted) reject(error)
      else done({ code: error.code ?? error.message, output })
    })
    child.on('close', (code, signalName) => done({ code: code ?? signalName ?? 'an unknown signal', output: output.trim() }))
  })
}
