import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { repository, runCli } from '../support/run-cli.ts'
import { tempFolder } from '../support/temp-folder.ts'

describe('shrink targets', () => {
  it('lists all targets by family', async () => {
    const { code, stdout, stderr } = await runCli(['targets'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^functions\n/)
    expect(stdout).toMatch(/ {2}aws-lambda\/nodejs22\.x +x64, arm64 +glibc 2\.34 +node 22\n/)
    expect(stdout).toContain('  linux-arm64-musl\n')
  })

  it('shows each fact of one with how it is known, when it was looked up and where', async () => {
    const { code, stdout } = await runCli(['targets', 'aws-lambda/nodejs22.x@arm64'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/ {2}libc +glibc 2\.34 +derived +2026-11-20 +\[\d\]\n/)
    expect(stdout).toMatch(/ {2}\[\d\] https:\/\/docs\.aws\.amazon\.com\/lambda\/latest\/dg\/lambda-runtimes\.html\n/)
    expect(stdout).not.toContain('x86-64')
    expect((await runCli(['targets', 'vercel-edge'])).stdout).toContain('2024-05-01 (old)')
  })

  it('prints JSON that its schema describes', async () => {
    const { stdout } = await runCli(['targets', '--json'])
    const validate = new Ajv2020().compile(JSON.parse(readFileSync(`${repository}schema/targets.schema.json`, 'utf8')))
    expect(validate(JSON.parse(stdout)), JSON.stringify(validate.errors)).toBe(true)
  })

  it('knows targets of the configuration, and says what is wrong with them', async () => {
    const folder = tempFolder()
    await writeFile(join(folder, 'shrink.config.json'), '{"targets":[{"id":"fleet","extends":"debian-12","cpu":"neoverse-n1"}]}')
    expect((await runCli(['targets', 'fleet'], { cwd: folder })).stdout).toMatch(/cpu aarch64 +neoverse-n1 +stated/)
    await writeFile(join(folder, 'shrink.config.json'), '{"targets":[{"id":"fleet","extends":"debian-1"}]}')
    const wrong = await runCli(['targets'], { cwd: folder })
    expect(wrong.code).toBe(2)
    expect(wrong.stderr).toContain('targets[0].extends: there is no target debian-1\n  → Did you mean debian-10')
  })

  it('suggests what was meant', async () => {
    const { code, stdout, stderr } = await runCli(['targets', 'aws-lamda/nodejs22.x'])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('there is no target aws-lamda/nodejs22.x\n  → Did you mean aws-lambda/nodejs22.x?')
  })
})
