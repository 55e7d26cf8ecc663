import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { STT } from '../../../../src/formats/elf/constants.ts'
import { readDynamic } from '../../../../src/formats/elf/read/dynamic.ts'
import { readElf } from '../../../../src/formats/elf/read/elf-file.ts'
import { dynamicRelocations } from '../../../../src/formats/elf/read/relocations.ts'
import { readDynamicSymbols } from '../../../../src/formats/elf/read/symbols.ts'
import { readVersions } from '../../../../src/formats/elf/read/versions.ts'
import { elfPackage } from '../../../corpus/elf.ts'
import { fetchPackage } from '../../../corpus/fetch.ts'
import { hasTool, output } from '../support/run.ts'

// An independent reader: whatever both print must be the same. Two machines, both C libraries, 32 and 64 bits.
const bcrypt = await fetchPackage(elfPackage('bcrypt'))
const s390x = await fetchPackage(elfPackage('@rollup/rollup-linux-s390x-gnu'))
const files = [
  ...['linux-x64/bcrypt.glibc.node', 'linux-x64/bcrypt.musl.node', 'linux-arm/bcrypt.glibc.node', 'linux-arm64/bcrypt.musl.node'].map(
    (name) => ({ name, path: join(bcrypt, 'prebuilds', name) }),
  ),
  { name: 'rollup.linux-s390x-gnu.node', path: join(s390x, 'rollup.linux-s390x-gnu.node') },
]

test.skipIf(!hasTool('readelf')).each(files)('agrees with readelf (skipped without binutils): $name', async ({ path }) => {
  const file = readElf(await readFile(path))
  const dynamic = readDynamic(file)!
  const symbols = readDynamicSymbols(file, dynamic)!
  const versions = readVersions(file, dynamic)
  const relocations = [...dynamicRelocations(file, dynamic)]

  const sections = [...(await output('readelf', ['-SW', path])).matchAll(/^ +\[ *(\d+)\] (\S+) +\S+ +([0-9a-f]+) ([0-9a-f]+) ([0-9a-f]+)/gm)]
  expect(file.sections.slice(1).map((s) => [s.index, s.name, Number(s.sh_addr), s.sh_offset, s.sh_size])).toEqual(
    sections.map(([, index, name, address, offset, size]) => [
      Number(index),
      name,
      parseInt(address!, 16),
      parseInt(offset!, 16),
      parseInt(size!, 16),
    ]),
  )

  const listed = (await output('readelf', ['--dyn-syms', '-W', path])).split('\n').filter((line) => /^ +\d+: /.test(line))
  expect(listed.length).toBe(symbols.count)
  listed.forEach((line, index) => {
    const [, value, size, , , , , name = ''] = line.trim().split(/ +/)
    expect(symbols.value(index)).toBe(parseInt(value!, 16))
    expect(symbols.size(index)).toBe(Number(size))
    const isSection = symbols.type(index) === STT.SECTION // readelf prints the section's name for those
    expect(symbols.name(index)).toBe(isSection ? '' : name.replace(/@.*/, ''))
    const version = /@@?(\S+)/.exec(name)?.[1]
    const found = [...versions.needed, ...versions.defined].find((known) => known.index === versions.symbolVersion(index))
    expect(found?.version).toBe(version)
  })

  const counts = [...(await output('readelf', ['-rW', path])).matchAll(/contains (\d+) entr/g)]
  expect(relocations.length).toBe(counts.reduce((sum, [, count]) => sum + Number(count), 0))
})
