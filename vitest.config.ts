import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/**/*.corpus.test.ts', '**/node_modules/**'],
    globalSetup: ['test/support/temporary-root.ts', 'test/support/build-once.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // The default leaves a processor idle: on two, half of them.
    maxWorkers: '100%',
    // Binaryen prints a module whenever it refuses it, which is what these tests ask it for.
    onConsoleLog: (_log, type, entity) => !(type === 'stderr' && /Binaryen (?:refuses|takes)/.test(entity?.type === 'test' ? entity.fullName : '')),
    reporters: ['default', './test/support/closing-line.ts'],
  },
})
