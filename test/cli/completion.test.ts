import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commands } from '../../src/cli/commands/index.ts'
import { completions } from '../../src/cli/completions.ts'
import { runCli } from '../support/run-cli.ts'
import { tempFolder } from '../support/temp-folder.ts'

it('is printed for a shell that is named, too, as other programs ask; for others it says which there are', async () => {
  const { stdout } = await runCli(['completion'])
  expect(stdout).toContain('compdef')
  expect((await runCli(['completion', 'zsh'])).stdout).toBe(stdout)
  expect(await runCli(['completion', 'fish'])).toMatchObject({ code: 2, stderr: 'shrink: completion: `fish` is none of bash, zsh\n' })
  expect((await runCli(['completion', '--help'])).stdout).toContain('Commands:')
})

describe('what may stand where the cursor is', () => {
  it('is a command, then a flag of it, then one of its values', async () => {
    expect(await completions('shrink ')).toEqual([...commands.map(({ name }) => name), 'completion'])
    expect(await completions('shrink ana')).toEqual(['analyze'])
    expect(await completions('shrink --v')).toEqual(['--version'])
    expect(await completions('shrink build dist --str')).toEqual(['--strip'])
    expect(await completions('shrink build --level ')).toEqual(['fast', 'balanced', 'max'])
    expect(await completions('shrink build --level=m')).toEqual(['--level=max'])
    expect(await completions('shrink analyze --reporter ')).toEqual(expect.arrayContaining(['text', 'json', 'markdown', 'sarif', 'github']))
    expect(await completions('shrink analyze -t aws-lambda/nodejs2')).toContain('aws-lambda/nodejs22.x')
    expect(await completions('shrink build --arch ')).toEqual(expect.arrayContaining(['x64', 'arm64', 'riscv64']))
    expect(await completions('shrink analyze --cpu x86-64-v')).toContain('x86-64-v3')
    expect(await completions('shrink targets alp')).toContain('alpine-3.22')
  })

  it('is a file where nothing else is known: none', async () => {
    for (const line of ['shrink analyze ', 'shrink build di', 'shrink build --out ', 'shrink analyze --against ', 'shrink nothing ', 'shrink analyze --nothing=', 'shrink build --json ']) {
      expect([line, await completions(line)]).toEqual([line, []])
    }
  })
})

const has = (program: string): boolean => {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe('shrink completion', () => {
  it('prints one script for bash and zsh', async () => {
    const { code, stdout } = await runCli(['completion'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^#compdef shrink\n/)
    expect(stdout).not.toContain('\\$')
    expect(await runCli(['--complete', 'shrink ex'])).toMatchObject({ code: 0, stdout: 'explain\n' })
  })

  it.skipIf(!has('bash'))('works in bash, also behind = and @, where bash breaks words', async () => {
    const folder = tempFolder()
    writeFileSync(join(folder, 'script'), (await runCli(['completion'])).stdout)
    const ask = (line: string, answer: readonly string[]): string => {
      writeFileSync(join(folder, 'ask'), `shrink() { printf '%s\\n' ${answer.map((word) => `'${word}'`).join(' ')}; }\n. '${join(folder, 'script')}'\nCOMP_LINE='${line}'\nCOMP_POINT=${line.length}\n_shrink\nprintf '%s ' "\${COMPREPLY[@]}"\n`)
      return execFileSync('bash', ['--norc', join(folder, 'ask')], { encoding: 'utf8' })
    }
    expect(ask('shrink build --level ', ['fast', 'balanced'])).toBe('fast balanced ')
    expect(ask('shrink build --level=', ['--level=fast', '--level=max'])).toBe('fast max ')
    expect(ask('shrink build --target debian-12@ar', ['debian-12@arm', 'debian-12@arm64'])).toBe('arm arm64 ')
    expect(ask('shrink build --target browserslist:la', ['browserslist:last'])).toBe('last ')
  })
})
