import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../src/core/errors.ts'
import { binaryKindOf } from '../../src/bytes/binary-kind.ts'
import { parseBunLockfile } from '../../src/native/lockfile-bun.ts'
import { parseLockfile, parseYarnLockfile } from '../../src/native/lockfile.ts'
import { parsePnpmLockfile } from '../../src/native/lockfile-pnpm.ts'
import { parseNpmrc, registryOptions } from '../../src/native/npmrc.ts'
import { parsePackageJson } from '../../src/native/package-json.ts'
import { declaredPlatform, fits, platformInName, withoutPlatform } from '../../src/native/platform-names.ts'
import { placesUpward } from '../../src/native/platform-packages.ts'
import { nativePlatform } from '../../src/native/platform.ts'
import { choosePrebuilds } from '../../src/native/prebuilds.ts'
import { packageOf } from '../../src/native/project.ts'
import { elf, machO } from './support.ts'

const arm64 = nativePlatform('aarch64')

describe('names of platform packages', () => {
  it.each([
    ['@img/sharp-linuxmusl-arm64', '@img/sharp', 'linux', 'arm64', 'musl'],
    ['@img/sharp-libvips-linux-x64', '@img/sharp-libvips', 'linux', 'x64', undefined],
    ['@esbuild/linux-arm64', '@esbuild/', 'linux', 'arm64', undefined],
    ['@swc/core-linux-arm-gnueabihf', '@swc/core', 'linux', 'arm', 'glibc'],
    ['lightningcss-linux-x64-musl', 'lightningcss', 'linux', 'x64', 'musl'],
    ['@node-rs/argon2-win32-x64-msvc', '@node-rs/argon2', 'win32', 'x64', undefined],
    ['@rollup/rollup-linux-loong64-gnu', '@rollup/rollup', 'linux', 'loong64', 'glibc'],
    ['thing-x86_64-darwin', 'thing', 'darwin', 'x64', undefined],
  ])('%s', (name, stem, os, cpu, libc) => {
    expect(withoutPlatform(name)).toBe(stem)
    expect(platformInName(name)).toEqual({ os: [os], cpu: [cpu], libc: libc === undefined ? [] : [libc] })
  })

  it('mean what npm means by lists', () => {
    const none = { os: [], cpu: [], libc: [] }
    expect(fits({ ...none, os: ['!win32'] }, arm64)).toBe(true)
    expect(fits({ ...none, os: ['!linux'] }, arm64)).toBe(false)
    expect(fits({ ...none, cpu: ['x64', 'arm64'] }, arm64)).toBe(true)
    expect(fits({ ...none, cpu: ['x64'] }, arm64)).toBe(false)
    expect(fits({ ...none, libc: ['musl'] }, arm64)).toBe(false)
    expect(declaredPlatform('left-pad', parsePackageJson({ name: 'left-pad' }))).toBeUndefined()
  })
})

describe('prebuilds', () => {
  it.each([
    [['linux-arm64/a.glibc.node', 'linux-arm64/a.musl.node', 'linux-x64/a.glibc.node'], ['linux-arm64/a.glibc.node']],
    [['linux-arm64/electron.napi.node', 'linux-arm64/node.napi.node'], ['linux-arm64/node.napi.node']],
    [['linux-arm64/node.abi115.node', 'linux-arm64/node.napi.node'], ['linux-arm64/node.napi.node']],
    [['linux-arm64/node.abi108.node', 'linux-arm64/node.abi115.node'], ['linux-arm64/node.abi108.node', 'linux-arm64/node.abi115.node']],
    [['linux-arm64/a.armv7.node', 'linux-arm64/a.armv8.node', 'linux-arm64/a.node'], ['linux-arm64/a.armv8.node']],
    [['linux-x64+arm64/a.node', 'linux-arm64/a.node'], ['linux-arm64/a.node']],
    [['linux-x64+arm64/a.node'], ['linux-x64+arm64/a.node']],
    [['darwin-arm64/a.node', 'linux/a.node', 'linux-arm64'], []],
    [['linux-arm64/a.node', 'linux-arm64/b.node'], ['linux-arm64/a.node', 'linux-arm64/b.node']],
  ])('of %j', (paths, chosen) => {
    expect(choosePrebuilds(paths, arm64)).toEqual(chosen)
  })
})

describe('the lockfile', () => {
  it('is read in all its versions', () => {
    const v3 = parseLockfile('l', '{"lockfileVersion":3,"packages":{"":{"version":"1.0.0"},"node_modules/@a/b":{"version":"1.2.3","integrity":"sha512-x","cpu":["arm64"]}}}')
    expect([...v3.packages.values()]).toEqual([expect.objectContaining({ path: 'node_modules/@a/b', name: '@a/b', version: '1.2.3', integrity: 'sha512-x' })])
    const v1 = parseLockfile('l', '{"lockfileVersion":1,"dependencies":{"a":{"version":"1.0.0","dependencies":{"b":{"version":"2.0.0","resolved":"https://r/b.tgz"}}}}}')
    expect([...v1.packages.keys()]).toEqual(['node_modules/a', 'node_modules/a/node_modules/b'])
    expect(v1.packages.get('node_modules/a/node_modules/b')!.resolved).toBe('https://r/b.tgz')
  })

  it('of pnpm, versions 5 to 9, pin by version', () => {
    const integrity = 'sha512-abc=='
    for (const key of ["'@a/b@1.2.3'", "'/@a/b@1.2.3(peer@1.0.0)'", '/@a/b/1.2.3', '/@a/b/1.2.3_peer@1.0.0']) {
      const text = `lockfileVersion: '9.0'\r\nimporters:\r\n\r\n  .:\r\n    x: y\r\npackages:\r\n\r\n  ${key}:\r\n    resolution: {integrity: ${integrity}, tarball: https://r/b.tgz}\r\n    engines: {node: '>=18'}\r\n    os: ['!win32', linux]\r\n    libc: [glibc]\r\n\r\nsnapshots:\r\n\r\n  '@a/b@9.9.9': {}\r\n`
      const { packages } = parsePnpmLockfile('pnpm-lock.yaml', text)
      expect([...packages.keys()]).toEqual(['@a/b@1.2.3'])
      expect(packages.get('@a/b@1.2.3')).toMatchObject({ name: '@a/b', version: '1.2.3', integrity, resolved: 'https://r/b.tgz', manifest: { os: ['!win32', 'linux'], libc: ['glibc'] } })
    }
    for (const text of ['', 'packages:', 'packages:\n  x:\n  : :\n    resolution: {', 'packages:\n  link@file:../a:\n    resolution: {directory: ../a}\n']) {
      expect(parsePnpmLockfile('pnpm-lock.yaml', text).packages.size).toBe(0)
    }
  })

  it('of Bun name no processor where Bun knows none', () => {
    const text = '{ "packages": { "x": ["@a/lib-linux-riscv64@1.0.0", "", { "os": "linux", "cpu": "none" }, "sha512-a=="], "y": ["local@workspace:packages/y"], "z": 1, }, }'
    const { packages } = parseBunLockfile(text)
    expect([...packages.keys()]).toEqual(['@a/lib-linux-riscv64@1.0.0'])
    expect(packages.get('@a/lib-linux-riscv64@1.0.0')?.manifest).toMatchObject({ os: [], cpu: [] })
    for (const broken of ['[]', 'null', '{}', '{ "packages": 1 }']) expect(parseBunLockfile(broken).packages.size).toBe(0)
    expect(() => parseBunLockfile('{')).toThrow(ConfigError)
  })

  it('of Yarn pins by range, with a digest where it is the registry’s', () => {
    const classic = parseYarnLockfile('# yarn lockfile v1\n\n\n"@img/sharp-linux-arm64@0.34.5", "@img/sharp-linux-arm64@^0.34.0":\n  version "0.34.5"\n  resolved "https://r/x.tgz#1"\n  integrity sha512-abc==\n\nleft-pad@1:\n  version "1.3.0"\n')
    expect([...classic.packages].map(([key, { version, integrity }]) => [key, version, integrity])).toEqual([
      ['@img/sharp-linux-arm64@0.34.5', '0.34.5', 'sha512-abc=='],
      ['@img/sharp-linux-arm64@^0.34.0', '0.34.5', 'sha512-abc=='],
      ['left-pad@1', '1.3.0', undefined],
    ])
    const berry = parseYarnLockfile('__metadata:\n  version: 8\n\n"a@npm:^1.0.0":\n  version: 1.2.0\n  checksum: 10c0/abc\n')
    expect([...berry.packages].map(([key, { version, integrity }]) => [key, version, integrity])).toEqual([['a@^1.0.0', '1.2.0', undefined]])
    fc.assert(fc.property(fc.string(), (text) => void parseYarnLockfile(text)))
  })

  it('never yields places outside node_modules, nor tarballs that are not from a registry', () => {
    const hostile = parseLockfile(
      'l',
      JSON.stringify({ packages: { 'node_modules/../../x': { version: '1.0.0' }, '/node_modules/x': { version: '1.0.0' }, 'node_modules/a': { version: '1.0.0', resolved: 'file:///etc/passwd' } } }),
    )
    expect([...hostile.packages.values()].map(({ path, resolved }) => [path, resolved])).toEqual([['node_modules/a', undefined]])
  })

  it('is read or refused, never half understood', () => {
    for (const text of ['', 'x', '[]', 'null', '1', '{}', '<<<<<<< HEAD\n{}']) expect(() => parseLockfile('l', text)).toThrow(ConfigError)
    fc.assert(
      fc.property(fc.json(), (text) => {
        try {
          parseLockfile('l', text)
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError)
        }
      }),
    )
  })
})

describe('.npmrc', () => {
  it('has comments, quotes, variables and flags', () => {
    const settings = parseNpmrc('; a\n# b\nregistry = "https://r/"\n//r/:_authToken=${TOKEN}\n@a:registry=https://a/\nfund\nx=${NONE}\ny=${NONE?}\n[section]', { TOKEN: 't' })
    expect(Object.fromEntries(settings)).toEqual({ registry: 'https://r/', '//r/:_authToken': 't', '@a:registry': 'https://a/', fund: 'true', x: '${NONE}', y: '' })
  })

  it('gives way to the environment', async () => {
    const options = await registryOptions('/nowhere', { HOME: '/nowhere', npm_config_registry: 'https://e/', NPM_CONFIG_FETCH_RETRIES: '7', 'npm_config_//e/:_authToken': 't' })
    expect(options).toMatchObject({ registry: 'https://e/', fetchRetries: 7, '//e/:_authToken': 't', cache: '/nowhere/.npm/_cacache' })
  })
})

describe('paths', () => {
  it.each([
    ['dist/a.js', ''],
    ['node_modules/a/b.js', 'node_modules/a'],
    ['x/node_modules/@a/b/node_modules/c/d.js', 'x/node_modules/@a/b/node_modules/c'],
    ['not_node_modules/a/b.js', ''],
  ])('%s belongs to %s', (path, owner) => {
    expect(packageOf(path)).toBe(owner)
  })

  it('of packages are looked for upward', () => {
    expect(placesUpward('node_modules/@a/b', 'c')).toEqual(['node_modules/@a/b/node_modules/c', 'node_modules/c'])
    expect(placesUpward('', 'c')).toEqual(['node_modules/c'])
    expect(placesUpward('node_modules/a/node_modules/b', 'c')).toEqual([
      'node_modules/a/node_modules/b/node_modules/c',
      'node_modules/a/node_modules/c',
      'node_modules/c',
    ])
  })
})

describe('what a file is', () => {
  it('is told from its header', () => {
    expect(binaryKindOf(elf('aarch64'))).toMatchObject({ kind: 'elf', architecture: 'aarch64' })
    expect(binaryKindOf(elf('arm'))).toMatchObject({ kind: 'elf', architecture: 'arm' })
    expect(binaryKindOf(machO)).toMatchObject({ kind: 'mach-o' })
    expect(binaryKindOf(new TextEncoder().encode('#!/bin/sh\n'))).toBeUndefined()
  })

  it('with the machines of other systems', () => {
    const words = (...values: readonly number[]): Uint8Array => Uint8Array.from(values.flatMap((value) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]))
    expect(binaryKindOf(words(0xcffaedfe, 0x07000001))).toEqual({ kind: 'mach-o', architectures: ['x86-64'] })
    expect(binaryKindOf(words(0xcafebabe, 2, 0x01000007, 3, 0, 0, 0, 0x0100000c, 0, 0, 0, 0))).toEqual({ kind: 'mach-o', architectures: ['x86-64', 'aarch64'] })
    expect(binaryKindOf(words(0xcafebabe, 61))).toBeUndefined()
    const pe = (machine: number, clr = 0, magic = 0x20b): Uint8Array => {
      const bytes = new DataView(new ArrayBuffer(512))
      bytes.setUint16(0, 0x4d5a)
      bytes.setUint32(60, 64, true)
      bytes.setUint32(64, 0x50450000)
      bytes.setUint16(68, machine, true)
      bytes.setUint16(88, magic, true)
      const directories = 88 + (magic === 0x20b ? 112 : 96)
      bytes.setUint32(directories - 4, 16, true)
      bytes.setUint32(directories + 14 * 8 + 4, clr, true)
      return new Uint8Array(bytes.buffer)
    }
    expect(binaryKindOf(pe(0x8664))).toEqual({ kind: 'pe', architectures: ['x86-64'] })
    expect(binaryKindOf(pe(0xaa64))).toEqual({ kind: 'pe', architectures: ['aarch64'] })
    expect(binaryKindOf(pe(0x14c, 0, 0x10b))).toEqual({ kind: 'pe', architectures: ['i386'] })
    expect(binaryKindOf(pe(0x14c, 72, 0x10b))).toEqual({ kind: 'pe', architectures: [] })
    expect(binaryKindOf(pe(0x8664).subarray(0, 64))).toEqual({ kind: 'pe', architectures: [] })
    expect(binaryKindOf(pe(0x8664).fill(0, 64, 68))).toBeUndefined()
  })

  it('of any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => void binaryKindOf(bytes)))
    fc.assert(fc.property(fc.constantFrom([0x4d, 0x5a], [0xca, 0xfe, 0xba, 0xbe, 0, 0, 0], [0xcf, 0xfa, 0xed, 0xfe]), fc.uint8Array({ maxLength: 300 }), (start, rest) => void binaryKindOf(Uint8Array.from([...start, ...rest]))))
  })
})
