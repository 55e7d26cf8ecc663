import { expect, test } from 'vitest'
import { commands } from '../../src/cli/commands/index.ts'
import { helpText } from '../../src/cli/describe-commands.ts'
import { flagsOf } from '../../src/cli/flags.ts'
import { runCli } from '../support/run-cli.ts'

test('--help lists every command, and of a command every flag', async () => {
  const program = await helpText(undefined)
  for (const command of commands) {
    expect(program).toContain(command.summary)
    const text = await helpText(command)
    for (const flag of flagsOf(command)) {
      expect(text).toContain(`--${flag.name} `)
      expect(text).toContain(flag.help)
    }
  }
})

test('completion names commands, and the flags of the one at hand', async () => {
  const script = await runCli(['completion'])
  expect([script.code, script.stdout]).toEqual([0, expect.stringContaining('shrink --get-yargs-completions')])
  expect((await runCli(['--get-yargs-completions', 'shrink', ''])).stdout.split('\n')).toEqual(expect.arrayContaining(commands.map(({ name }) => name)))
  expect((await runCli(['--get-yargs-completions', 'shrink', 'build', '--str'])).stdout).toContain('--strip')
})
