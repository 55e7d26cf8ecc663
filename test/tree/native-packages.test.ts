import { describe, expect, it } from 'vitest'
import { manifest, memoryTree } from './support/memory-tree.ts'
import { runRule } from './support/run-rule.ts'

const addon = 'node_modules/addon'

describe('tree/native-packages', () => {
  it('lists builds by what the files are, and what npm has in other packages', async () => {
    const [finding, ...rest] = await runRule(
      'tree/native-packages',
      memoryTree({
        'package.json': manifest('app', '1.0.0', { dependencies: { image: '1.0.0' } }),
        'node_modules/image/package.json': manifest('image', '1.0.0', {
          optionalDependencies: {
            '@image/linux-x64': '1.0.0',
            '@image/linux-arm64': '1.0.0',
            '@image/linuxmusl-x64': '1.0.0',
            '@image/darwin-arm64': '1.0.0',
            unrelated: '1.0.0',
          },
        }),
        'node_modules/@image/linux-x64/package.json': manifest('@image/linux-x64', '1.0.0', {
          os: ['linux'],
          cpu: ['x64'],
          libc: ['glibc'],
        }),
        'node_modules/@image/linux-x64/image.node': { elf: 'x86-64', libc: 'glibc', bytes: 500 },
      }),
    )
    expect(rest).toEqual([])
    expect(finding?.message).toBe(
      'image@1.0.0 has builds for linux/x64 glibc; npm has it for linux/arm64 glibc, linux/x64 musl, darwin/arm64',
    )
    expect(finding?.data?.['platforms']).toContainEqual({
      os: 'linux',
      architecture: 'x86-64',
      libc: 'glibc',
      state: 'present',
      bytes: 500,
      paths: ['node_modules/@image/linux-x64/image.node'],
      packages: ['@image/linux-x64'],
    })
  })

  it('reads prebuilds with tags, node-pre-gyp folders and programs in bin', async () => {
    const messages = async (entries: Parameters<typeof memoryTree>[0]): Promise<string[]> =>
      (await runRule('tree/native-packages', memoryTree(entries))).map((finding) => finding.message)
    expect(
      await messages({
        [`${addon}/package.json`]: manifest('addon', '2.0.0'),
        [`${addon}/prebuilds/linux-x64/addon.glibc.node`]: { elf: 'x86-64', libc: 'glibc' },
        [`${addon}/prebuilds/linux-x64/addon.musl.node`]: { elf: 'x86-64', libc: 'musl' },
        [`${addon}/prebuilds/linux-arm64/addon.armv8.node`]: { elf: 'aarch64', libc: 'glibc' },
        [`${addon}/prebuilds/darwin-x64+arm64/addon.node`]: { bytes: 10 },
      }),
    ).toEqual(['addon@2.0.0 has builds for linux/arm64 glibc, linux/x64 (glibc, musl), darwin/arm64, darwin/x64'])
    expect(
      await messages({
        [`${addon}/package.json`]: manifest('addon', '2.0.0', {
          binary: { module_path: './lib/binding/{platform}-{arch}' },
        }),
        [`${addon}/binding.gyp`]: '{}',
        [`${addon}/lib/binding/napi-v3-linux-glibc-x64/addon.node`]: { elf: 'x86-64', libc: 'glibc' },
        'node_modules/tool/package.json': manifest('tool', '1.0.0'),
        'node_modules/tool/bin/tool': { elf: 'x86-64' },
        'node_modules/plain/package.json': manifest('plain', '1.0.0'),
        'node_modules/plain/index.js': 'module.exports = 1',
      }),
    ).toEqual(['addon@2.0.0 has builds for linux/x64 glibc', 'tool@1.0.0 has builds for linux/x64'])
  })

  it('follows the links of pnpm', async () => {
    const findings = await runRule(
      'tree/native-packages',
      memoryTree({
        'package.json': manifest('app', '1.0.0', { dependencies: { image: '1.0.0' } }),
        'node_modules/image': { link: '.pnpm/image@1.0.0/node_modules/image' },
        'node_modules/.pnpm/image@1.0.0/node_modules/image/package.json': manifest('image', '1.0.0', {
          optionalDependencies: { '@image/linux-x64': '1.0.0' },
        }),
        'node_modules/.pnpm/image@1.0.0/node_modules/@image/linux-x64': {
          link: '../../../@image+linux-x64@1.0.0/node_modules/@image/linux-x64',
        },
        'node_modules/.pnpm/@image+linux-x64@1.0.0/node_modules/@image/linux-x64/package.json': manifest(
          '@image/linux-x64',
          '1.0.0',
          {
            os: ['linux'],
            cpu: ['x64'],
          },
        ),
        'node_modules/.pnpm/@image+linux-x64@1.0.0/node_modules/@image/linux-x64/image.node': {
          elf: 'x86-64',
          libc: 'glibc',
        },
      }),
    )
    expect(findings.map((finding) => finding.message)).toEqual(['image@1.0.0 has builds for linux/x64 glibc'])
  })

  it('finds what Yarn’s Plug’n’Play unpacked, the version that is asked for', async () => {
    const at = (name: string, version: string): string => `.yarn/unplugged/${name.replace('/', '-')}-npm-${version}-0123456789/node_modules/${name}`
    const platform = { os: ['linux'], cpu: ['x64'] }
    const tree = memoryTree({
      '.pnp.cjs': '',
      'package.json': manifest('app', '1.0.0', { dependencies: { image: '^1.0.0' } }),
      [`${at('image', '1.0.0')}/package.json`]: manifest('image', '1.0.0', { optionalDependencies: { '@image/linux-x64': '1.0.0' } }),
      [`${at('@image/linux-x64', '1.0.0')}/package.json`]: manifest('@image/linux-x64', '1.0.0', platform),
      [`${at('@image/linux-x64', '1.0.0')}/image.node`]: { elf: 'x86-64', libc: 'glibc' },
      [`${at('@image/linux-x64', '0.9.0')}/package.json`]: manifest('@image/linux-x64', '0.9.0', platform),
    })
    expect((await runRule('tree/native-packages', tree)).map(({ message }) => message)).toContain('image@1.0.0 has builds for linux/x64 glibc')
    expect((await runRule('tree/missing-build', tree)).filter(({ message }) => message.startsWith('image@'))).toEqual([])
  })

  it('stands broken package.json files', async () => {
    const broken = ['', '{', '[]', 'null', '{"optionalDependencies":[1],"os":5,"binary":null,"scripts":"x"}', '\u0000']
    for (const text of broken) {
      const findings = await runRule(
        'tree/native-packages',
        memoryTree({ [`${addon}/package.json`]: text, [`${addon}/a.node`]: { elf: 'x86-64' } }),
      )
      expect(findings).toHaveLength(1)
    }
  })
})

describe('tree/mislabelled-build', () => {
  it('believes the header and not the folder', async () => {
    const findings = await runRule(
      'tree/mislabelled-build',
      memoryTree({
        [`${addon}/package.json`]: manifest('addon', '2.0.0'),
        [`${addon}/prebuilds/linux-x64/addon.node`]: { elf: 'x86-64', libc: 'glibc' },
        [`${addon}/prebuilds/linux-arm64/addon.node`]: { elf: 'x86-64', libc: 'glibc', bytes: 77 },
        [`${addon}/prebuilds/linux-arm/addon.musl.node`]: { elf: 'arm', libc: 'glibc' },
        [`${addon}/prebuilds/darwin-arm64/addon.node`]: { elf: 'aarch64', libc: 'glibc' },
      }),
    )
    expect(findings.map((finding) => finding.location?.path.slice(addon.length))).toEqual([
      '/prebuilds/darwin-arm64/addon.node',
      '/prebuilds/linux-arm/addon.musl.node',
      '/prebuilds/linux-arm64/addon.node',
    ])
    expect(findings[2]?.message).toBe(
      'addon@2.0.0: linux-arm64/addon.node is x64 glibc code by its header, its name says arm64',
    )
    expect(findings[2]?.wastedBytes).toBe(77)
  })

  it('of other systems, too: a library of Windows in a folder for Linux is no build for Linux', async () => {
    const tree = memoryTree({
      [`${addon}/package.json`]: manifest('addon', '2.0.0'),
      [`${addon}/prebuilds/linux-x64/addon.node`]: { binary: 'pe', machines: ['x86-64'] },
      [`${addon}/prebuilds/linux-arm64/addon.node`]: { elf: 'aarch64', libc: 'glibc' },
      [`${addon}/prebuilds/win32-arm64/addon.node`]: { binary: 'pe', machines: ['x86-64'] },
      [`${addon}/prebuilds/win32-ia32/net.dll`]: { binary: 'pe', machines: [] },
      [`${addon}/prebuilds/darwin-x64/addon.node`]: { binary: 'mach-o', machines: ['x86-64', 'aarch64'] },
    })
    expect((await runRule('tree/mislabelled-build', tree)).map(({ message }) => message)).toEqual([
      'addon@2.0.0: linux-x64/addon.node is win32 x64 code by its header, its name says linux',
      'addon@2.0.0: win32-arm64/addon.node is win32 x64 code by its header, its name says arm64',
    ])
    expect((await runRule('tree/native-packages', tree))[0]?.message).toBe('addon@2.0.0 has builds for linux/arm64 glibc, darwin/arm64, darwin/x64, win32/ia32, win32/x64')
  })
})

describe('tree/host-build', () => {
  const image = {
    'node_modules/image/package.json': manifest('image', '1.0.0', {
      optionalDependencies: { '@image/linux-arm64': '1.0.0', '@image/linux-x64': '1.0.0' },
    }),
    'node_modules/@image/linux-arm64/package.json': manifest('@image/linux-arm64', '1.0.0', {
      os: ['linux'],
      cpu: ['arm64'],
    }),
    'node_modules/@image/linux-arm64/image.node': { elf: 'aarch64', libc: 'glibc' } as const,
  }

  it('finds what npm ci --cpu=arm64 compiled on an x64 host', async () => {
    const findings = await runRule(
      'tree/host-build',
      memoryTree({
        ...image,
        [`${addon}/package.json`]: manifest('addon', '2.0.0'),
        [`${addon}/binding.gyp`]: '{}',
        [`${addon}/build/Release/addon.node`]: { elf: 'x86-64', libc: 'glibc' },
      }),
    )
    expect(findings).toHaveLength(1)
    expect(findings[0]?.severity).toBe('error')
    expect(findings[0]?.message).toBe(
      'addon@2.0.0: build/Release/addon.node is x64 code; the tree is installed for arm64',
    )
  })

  it('finds a program that an install script fetched for the host beside the right package', async () => {
    const findings = await runRule(
      'tree/host-build',
      memoryTree({ ...image, 'node_modules/image/bin/image': { elf: 'x86-64' } }),
    )
    expect(findings[0]?.severity).toBe('error')
    expect(findings[0]?.message).toContain('bin/image is x64 code, and is loaded before the builds for arm64 beside it')
  })

  it('finds a build that shadows prebuilds', async () => {
    const entries = {
      [`${addon}/package.json`]: manifest('addon', '2.0.0'),
      [`${addon}/build/Release/addon.node`]: { elf: 'x86-64', libc: 'glibc' } as const,
      [`${addon}/prebuilds/linux-x64/addon.node`]: { elf: 'x86-64', libc: 'glibc' } as const,
      [`${addon}/prebuilds/linux-arm64/addon.node`]: { elf: 'aarch64', libc: 'glibc' } as const,
    }
    expect((await runRule('tree/host-build', memoryTree(entries)))[0]?.severity).toBe('warning')
    expect((await runRule('tree/host-build', memoryTree(entries, ['aarch64'])))[0]?.severity).toBe('error')
    expect(await runRule('tree/host-build', memoryTree(entries, ['x86-64']))).toEqual([])
  })
})

describe('tree/missing-build', () => {
  it('says where a build would come from', async () => {
    const say = async (rest: object, files: Parameters<typeof memoryTree>[0] = {}): Promise<string[]> =>
      (
        await runRule(
          'tree/missing-build',
          memoryTree({ [`${addon}/package.json`]: manifest('addon', '2.0.0', rest), ...files }, ['aarch64']),
        )
      ).map((finding) => `${finding.severity}: ${finding.message}`)
    const prefix = 'addon@2.0.0 has no Linux build for arm64 in the tree'
    expect(
      await say({ scripts: { install: 'prebuild-install || node-gyp rebuild' } }, { [`${addon}/binding.gyp`]: '{}' }),
    ).toEqual([`warning: ${prefix}: its install script fetches one with prebuild-install, or compiles it`])
    expect(await say({}, { [`${addon}/binding.gyp`]: '{}' })).toEqual([
      `warning: ${prefix}: it is compiled from binding.gyp`,
    ])
    expect(await say({ optionalDependencies: { 'addon-linux-arm64-gnu': '2.0.0' } })).toEqual([
      `warning: ${prefix}: npm has it as a package of its own`,
    ])
    expect(await say({}, { [`${addon}/prebuilds/linux-x64/addon.node`]: { elf: 'x86-64', libc: 'glibc' } })).toEqual([
      `error: ${prefix}; there are builds for x64`,
    ])
    expect(await say({}, { [`${addon}/prebuilds/linux-arm64/addon.node`]: { elf: 'aarch64', libc: 'glibc' } })).toEqual(
      [],
    )
  })
})

describe('tree/missing-build of packages whose files were chosen', () => {
  const compiler = { bin: { addon: './dist/bin/addon' }, main: 'dist/server', optionalDependencies: { 'addon-linux-arm64-gnu': '2.0.0', 'addon-linux-x64-gnu': '2.0.0' } }
  const severities = async (files: Parameters<typeof memoryTree>[0]): Promise<string[]> =>
    (await runRule('tree/missing-build', memoryTree({ [`${addon}/package.json`]: manifest('addon', '2.0.0', compiler), [`${addon}/dist/server.js`]: '', ...files }, ['aarch64']))).map(({ severity }) => severity)

  it('is told, and no fault: the compiler of an application is not in its server', async () => {
    expect(await severities({})).toEqual(['info'])
  })
  it('is a fault where the package is whole, and where another machine’s build is there', async () => {
    expect(await severities({ [`${addon}/dist/bin/addon`]: '' })).toEqual(['warning'])
    const x64 = 'node_modules/addon-linux-x64-gnu'
    expect(await severities({ [`${x64}/package.json`]: manifest('addon-linux-x64-gnu', '2.0.0', { os: ['linux'], cpu: ['x64'] }), [`${x64}/a.node`]: { elf: 'x86-64', libc: 'glibc' } })).toEqual(['warning'])
  })
})

describe('tree/foreign-builds', () => {
  const entries = {
    [`${addon}/package.json`]: manifest('addon', '2.0.0'),
    [`${addon}/prebuilds/linux-x64/addon.glibc.node`]: { elf: 'x86-64', libc: 'glibc', bytes: 2_000_000 } as const,
    [`${addon}/prebuilds/linux-arm64/addon.glibc.node`]: { elf: 'aarch64', libc: 'glibc', bytes: 1_000_000 } as const,
    [`${addon}/prebuilds/win32-x64/addon.node`]: { bytes: 5_000_000 } as const,
  }

  it('counts what one deployment does not need', async () => {
    const [finding] = await runRule('tree/foreign-builds', memoryTree(entries))
    expect(finding?.message).toBe(
      'addon@2.0.0 carries 8.0 MB of native builds for 3 platforms; one deployment needs 2.0 MB (linux/x64 glibc) or 1.0 MB (linux/arm64 glibc)',
    )
    expect(finding?.wastedBytes).toBe(6_000_000)
  })

  it('follows the architectures asked for', async () => {
    const wasted = async (...asked: ('x86-64' | 'aarch64' | 'riscv64')[]): Promise<unknown> =>
      (await runRule('tree/foreign-builds', memoryTree(entries, asked)))[0]?.wastedBytes
    expect(await wasted('aarch64')).toBe(7_000_000)
    expect(await wasted('x86-64', 'aarch64')).toBe(5_000_000)
    expect(await wasted('riscv64')).toBe(8_000_000)
  })

  it('is silent about one platform', async () => {
    const one = {
      [`${addon}/package.json`]: manifest('addon', '2.0.0'),
      [`${addon}/addon.node`]: { elf: 'x86-64' } as const,
    }
    expect(await runRule('tree/foreign-builds', memoryTree(one))).toEqual([])
  })
})

describe('tree/plug-and-play', () => {
  it('says that packages in archives are not looked at', async () => {
    const found = await runRule('tree/plug-and-play', memoryTree({ '.pnp.cjs': '', '.yarn/cache/a.zip': { bytes: 5 } }))
    expect(found[0]?.advice).toContain('nodeLinker: node-modules')
    expect(await runRule('tree/plug-and-play', memoryTree({ 'package.json': '{}' }))).toEqual([])
  })
})

const artifact = (path: string, format: 'js' | 'archive', properties: Readonly<Record<string, string | string[]>>) => ({
  path,
  format,
  architecture: null,
  sizes: { raw: 1, gzip: null, brotli: null },
  sha256: '',
  properties,
  requirements: [],
  findings: [],
})
const file = (path: string) => ({ path, size: 1, mode: 0o644 })

describe('tree/outside-import', () => {
  const worker = artifact('_worker.js', 'js', { outsideImports: ['../output/server/index.js'] })
  const page = artifact('page.js', 'js', { outsideImports: [] })
  it('names scripts that need what lies outside the folder', async () => {
    const tree = { files: [file('_worker.js'), file('page.js')], artifacts: [worker, page] }
    expect(await runRule('tree/outside-import', { ...memoryTree({}), tree })).toMatchObject([
      { severity: 'warning', message: 'outside the folder lies what is imported by _worker.js (../output/server/index.js)' },
    ])
  })
  it('is silent about a file that is given by itself', async () => {
    const tree = { files: [file('_worker.js')], artifacts: [worker] }
    expect(await runRule('tree/outside-import', { ...memoryTree({}), tree })).toEqual([])
  })
})

describe('tree/unopened-archive', () => {
  it('names archives, and not files that are only compressed', async () => {
    const artifacts = [
      artifact('app.js.gz', 'archive', { container: 'gzip' }),
      artifact('jq.deb', 'archive', { container: 'ar' }),
      artifact('lib/jna.jar', 'archive', { container: 'zip' }),
      artifact('src.tar.gz', 'archive', { container: 'gzip' }),
      artifact('resources/app.asar', 'archive', { container: 'asar' }),
      artifact(`image/blobs/sha256/${'0'.repeat(64)}`, 'archive', { container: 'gzip' }),
    ]
    expect(await runRule('tree/unopened-archive', { ...memoryTree({}), tree: { files: [], artifacts } })).toMatchObject([
      { severity: 'info', message: `not looked into: jq.deb, lib/jna.jar, src.tar.gz, resources/app.asar, image/blobs/sha256/${'0'.repeat(64)}` },
    ])
    const zips = [{ ...artifacts[0]!, path: '.serverless/a.zip', format: 'archive' as const, properties: { container: 'zip' } }]
    expect(await runRule('tree/unopened-archive', { ...memoryTree({}), tree: { files: [], artifacts: zips } })).toMatchObject([
      { advice: 'Give each by itself, and it is opened: `shrink analyze ARCHIVE`.' },
    ])
    expect(await runRule('tree/unopened-archive', memoryTree({}))).toEqual([])
  })
})
