import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { unreferencedFunctions } from '../../../../src/formats/elf/rules/unreferenced-functions.ts'
import { canBuild, compile, machines, withFolder } from '../support/build.ts'
import { analyze, optimize } from '../support/optimize.ts'

/** 200 functions: a hundred that main calls, twenty that a table points to, the others only call each other. */
const source = `
#include <stdio.h>
${Array.from(
  { length: 200 },
  (_, i) => `__attribute__((noinline)) int f${i}(const char *s, int n) {
  int a = ${i}; for (int k = 0; k < n; k++) a = a * 31 + s[k] * ${i + 3}; ${i > 121 ? `a += f${i - 1}(s, n - 1) + n % ${i};` : ''} return a; }`,
).join('\n')}
int (*const table[])(const char *, int) = { ${Array.from({ length: 20 }, (_, i) => `f${100 + i}`).join()} };
int main(int count, char **words) {
  int sum = table[count % 20](words[0], count);
  ${Array.from({ length: 100 }, (_, i) => `sum += f${i}(words[0], count);`).join(' ')}
  return printf("%d\\n", sum) < 0;
}
`
const flags = ['-O1', '-ffunction-sections', '-fno-ipa-cp', '-fno-ipa-sra']

for (const machine of machines.filter(({ name }) => name === 'x86-64' || name === 'aarch64')) {
  test.skipIf(!canBuild(machine, 'gcc'))(`${machine.name}: what a linker would collect is estimated from the file, also when it is stripped (skipped without its gcc)`, async () => {
    await withFolder(async (folder) => {
      const built = async (...more: string[]): Promise<Uint8Array> => readFile(await compile(folder, machine, 'gcc', source, [...flags, ...more]))
      const whole = await built()
      const collected = await built('-Wl,--gc-sections')
      const codeOf = async (bytes: Uint8Array): Promise<number> =>
        (await analyze(bytes)).detail.file.sections.find((section) => section.name === '.text')!.sh_size
      const saving = (await codeOf(whole)) - (await codeOf(collected))
      const findings = async (bytes: Uint8Array): Promise<number[]> =>
        [...unreferencedFunctions.check(await analyze(bytes, {}))].map((finding) => finding.wastedBytes!)
      for (const bytes of [whole, (await optimize(whole)).artifact.bytes]) {
        const [estimate, ...others] = await findings(bytes)
        expect(others).toEqual([])
        expect(estimate).toBeLessThanOrEqual(saving)
        expect(estimate).toBeGreaterThan(saving * 0.9)
      }
      expect(await findings(collected)).toEqual([])
    })
  })
}
