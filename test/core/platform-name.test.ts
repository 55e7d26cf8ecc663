import { describe, expect, it } from 'vitest'
import { readPlatformName } from '../../src/core/platform-name.ts'
import { variantKey } from '../../src/tree/variant-key.ts'

describe('readPlatformName', () => {
  it.each<[string, string | undefined, string[], string | undefined]>([
    ['prebuilds/linux-x64/bcrypt.glibc.node', 'linux', ['x86-64'], 'glibc'],
    ['prebuilds/linux-arm64/argon2.armv8.musl.node', 'linux', ['aarch64'], 'musl'],
    ['prebuilds/linux-arm/argon2.armv7.glibc.node', 'linux', ['arm'], 'glibc'],
    ['prebuilds/darwin-x64+arm64/leveldown.node', 'darwin', ['x86-64', 'aarch64'], undefined],
    ['@img/sharp-linuxmusl-arm64', 'linux', ['aarch64'], 'musl'],
    ['@img/sharp-libvips-linux-ppc64', 'linux', ['ppc64le'], undefined],
    ['@esbuild/aix-ppc64', 'aix', ['ppc64'], undefined],
    ['@swc/core-linux-arm-gnueabihf', 'linux', ['arm'], 'glibc'],
    ['@rollup/rollup-linux-loong64-gnu', 'linux', ['loongarch64'], 'glibc'],
    ['lib/binding/napi-v3-linux-glibc-x64/node_sqlite3.node', 'linux', ['x86-64'], 'glibc'],
    ['bin/napi-v6/linux/arm64/libonnxruntime.so.1', 'linux', ['aarch64'], undefined],
    ['target/x86_64-unknown-linux-musl/release/x.node', 'linux', ['x86-64'], 'musl'],
    ['lightningcss-win32-x64-msvc', 'win32', ['x86-64'], undefined],
    ['build/Release/better_sqlite3.node', undefined, [], undefined],
    ['lib/windowing/charm.js', undefined, [], undefined],
  ])('reads %s', (name, os, architectures, libc) => {
    expect(readPlatformName(name)).toEqual({ os, architectures, libc })
  })
})

describe('variantKey', () => {
  it('is equal for builds of one thing and differs for different things', () => {
    const key = variantKey('prebuilds/linux-x64/bcrypt.glibc.node')
    expect(variantKey('prebuilds/linux-arm64/bcrypt.musl.node')).toBe(key)
    expect(variantKey('prebuilds/linux-arm64/argon2.musl.node')).not.toBe(key)
    expect(variantKey('node_modules/@img/sharp-linuxmusl-x64/lib/sharp.node')).toBe(
      variantKey('node_modules/@img/sharp-linux-arm64/lib/sharp.node'),
    )
    expect(variantKey('node_modules/@swc/core-linux-x64-gnu/swc.linux-x64-gnu.node')).toBe(
      variantKey('node_modules/@swc/core-linux-arm64-musl/swc.linux-arm64-musl.node'),
    )
  })
})
