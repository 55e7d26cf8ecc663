import { defineConfig } from 'vitest/config'

/** The big corpus: pinned npm packages, hundreds of megabytes. `npm run test:corpus`. */
export default defineConfig({
  test: {
    include: ['test/**/*.corpus.test.ts'],
    globalSetup: ['test/support/temporary-root.ts', 'test/support/build-once.ts'],
    testTimeout: 900_000,
    hookTimeout: 900_000,
    pool: 'forks',
    maxWorkers: 2,
    // Binaryen prints a module whenever it refuses it, which is what these tests ask it for.
    onConsoleLog: (_log, type, entity) => !(type === 'stderr' && /Binaryen (?:refuses|takes)/.test(entity?.type === 'test' ? entity.fullName : '')),
    reporters: ['default', './test/support/closing-line.ts'],
  },
})
