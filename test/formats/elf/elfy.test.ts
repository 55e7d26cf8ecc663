import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readElf } from '../../../src/formats/elf/read/elf-file.ts'
import { elfPackage } from '../../corpus/elf.ts'
import { fetchPackage } from '../../corpus/fetch.ts'
import { addonPath } from '../../support/sample-tree.ts'

interface ElfyFile {
  readonly phnum: number
  readonly shnum: number
  readonly shoff: number
  readonly entry: number
  readonly body: {
    readonly programs: readonly { offset: number; vaddr: number; filesz: number; memsz: number; align: number }[]
    readonly sections: readonly { name: string; addr: number; off: number; size: number; link: number; info: number; addralign: number; entsize: number }[]
  }
}

const elfy = createRequire(import.meta.url)('elfy') as { parse(bytes: Buffer): ElfyFile }

async function files(): Promise<string[]> {
  const bcrypt = await fetchPackage(elfPackage('bcrypt'))
  return [addonPath, join(bcrypt, 'prebuilds/linux-x64/bcrypt.glibc.node'), join(bcrypt, 'prebuilds/linux-arm64/bcrypt.musl.node')]
}

test('elfy, an independent reader, sees the same headers, segments and sections', async () => {
  for (const path of await files()) {
    const bytes = readFileSync(path)
    const ours = readElf(bytes)
    const theirs = elfy.parse(bytes)
    expect([ours.segments.length, ours.sections.length]).toEqual([theirs.phnum, theirs.shnum])
    expect([Number(ours.header.e_entry), ours.header.e_shoff]).toEqual([theirs.entry, theirs.shoff])
    expect(
      ours.segments.map((segment) => [segment.p_offset, Number(segment.p_vaddr), segment.p_filesz, Number(segment.p_memsz), Number(segment.p_align)]),
    ).toEqual(theirs.body.programs.map(({ offset, vaddr, filesz, memsz, align }) => [offset, vaddr, filesz, memsz, align]))
    expect(
      ours.sections.map((section) => [section.name, Number(section.sh_addr), section.sh_offset, section.sh_size, section.sh_link, section.sh_info]),
    ).toEqual(theirs.body.sections.map(({ name, addr, off, size, link, info }) => [name, addr, off, size, link, info]))
  }
})

/** elfy 1.0.0 reads these two at offsets 46 and 54 instead of 48 and 56 (gABI, Elf64_Shdr), so readelf is asked. */
test('sh_addralign and sh_entsize, which elfy gets wrong, are as readelf says', async (context) => {
  let text: string
  try {
    text = execFileSync('readelf', ['-SW', addonPath], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } })
  } catch {
    return context.skip('readelf is not installed')
  }
  const rows = [...text.matchAll(/^ +\[ *(\d+)\].* [0-9a-f]{6,} [0-9a-f]{6,} ([0-9a-f]{2,}) +[A-Za-z]* +\d+ +\d+ +(\d+)$/gm)]
  const ours = readElf(readFileSync(addonPath))
  expect(rows.length).toBeGreaterThan(20)
  for (const [, index, entsize, align] of rows) {
    const section = ours.sections[Number(index)]!
    expect([section.name, Number(section.sh_entsize), Number(section.sh_addralign)]).toEqual([section.name, Number.parseInt(entsize!, 16), Number(align)])
  }
  const theirs = elfy.parse(readFileSync(addonPath)).body.sections
  expect(theirs.some((section, index) => section.addralign !== Number(ours.sections[index]!.sh_addralign))).toBe(true)
})
