import { spawnSync } from 'node:child_process'
import { tool } from '../../src/api/version.ts'
import { expect, test } from 'vitest'
import { commands } from '../../src/cli/commands/index.ts'
import { helpText } from '../../src/cli/describe-commands.ts'
import { flagsOf } from '../../src/cli/flags.ts'

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

test('nothing but the answer is printed, whatever the V8', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['bin/shrink.js', '--version'], { encoding: 'utf8' })
  expect([stdout, stderr]).toEqual([`${tool.version}\n`, ''])
})
