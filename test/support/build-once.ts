import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The command, its threads and the package are tested as they are shipped: compiled. */
export default function buildOnce(): void {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  execFileSync(process.execPath, ['scripts/build.mjs'], {
    cwd: root,
    stdio: 'inherit',
  })
}
