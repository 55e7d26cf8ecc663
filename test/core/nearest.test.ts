import { expect, test } from 'vitest'
import { nearest } from '../../src/core/nearest.ts'

test.each([
  ['jsn', ['json', 'quiet'], 'json'],
  ['analyse', ['analyze', 'build'], 'analyze'],
  ['ARM64', ['arm64', 'arm'], 'arm64'],
  ['levle', ['level', 'elf'], 'level'],
  ['zzzzzz', ['json', 'quiet'], undefined],
])('%s', (name, candidates, expected) => {
  expect(nearest(name, candidates)).toBe(expected)
})
