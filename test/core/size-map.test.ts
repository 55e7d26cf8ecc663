import fc from 'fast-check'
import { expect, test } from 'vitest'
import { buildSizeMap, totalsByLabel } from '../../src/core/size-map.ts'

test('a size map sums to the length whatever is claimed', () => {
  const claim = fc.record({
    label: fc.constantFrom('a', 'b', 'c'),
    kind: fc.constant('section'),
    offset: fc.nat(300),
    size: fc.nat(300),
  })
  fc.assert(
    fc.property(fc.nat(200), fc.array(claim), (byteLength, claims) => {
      const map = buildSizeMap(byteLength, claims)
      let end = 0
      for (const range of map.ranges) {
        expect(range.offset).toBe(end)
        end += range.size
      }
      expect(end).toBe(byteLength)
      expect(totalsByLabel(map).reduce((sum, total) => sum + total.size, 0)).toBe(byteLength)
    }),
  )
})

test('gaps are named, overlaps cut, claims past the end cut', () => {
  const map = buildSizeMap(100, [
    { label: 'late', kind: 's', offset: 90, size: 50 },
    { label: 'first', kind: 's', offset: 10, size: 30 },
    { label: 'overlaps', kind: 's', offset: 20, size: 40 },
  ])
  expect(map.ranges.map(({ label, offset, size }) => [label, offset, size])).toEqual([
    ['[gap]', 0, 10],
    ['first', 10, 30],
    ['overlaps', 40, 20],
    ['[gap]', 60, 30],
    ['late', 90, 10],
  ])
})
