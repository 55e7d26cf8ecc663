import { hasTool, run } from './run.ts'

/**
 * What readelf and eu-elflint find wrong with a file, without the numbers that a rewrite may change. Originals are not
 * clean either: compare.
 */
export async function complaints(path: string): Promise<string[]> {
  const lines: string[] = []
  if (hasTool('readelf')) {
    const { stderr } = await run('readelf', ['-aW', path], { maxBuffer: 1 << 28, env: { ...process.env, LC_ALL: 'C' } })
    lines.push(...stderr.split('\n'))
  }
  if (hasTool('eu-elflint')) {
    const result = await run('eu-elflint', ['--gnu-ld', path], { maxBuffer: 1 << 28 }).catch((error: { stdout: string }) => error)
    lines.push(...result.stdout.split('\n').filter((line) => line !== 'No errors'))
  }
  return [...new Set(lines.map((line) => line.replaceAll(path, 'FILE').replace(/0x[0-9a-f]+|\d+/g, 'N').trim()))]
    .filter((line) => line !== '')
    .sort()
}
