import { defineConfig } from 'vitest/config'

/** The big corpus: pinned npm packages, hundreds of megabytes. `npm run test:corpus`. */
export default defineConfig({
  test: {
    include: ['test/**/*.corpus.test.ts'],
    globalSetup: ['test/support/build-once.ts'],
    testTimeout: 900_000,
    hookTimeout: 900_000,
    pool: 'forks',
    maxWorkers: 2,
    reporters: ['default', './test/support/closing-line.ts'],
  },
})
