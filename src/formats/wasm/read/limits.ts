/**
 * What every engine refuses beyond, so that nothing is allocated for it.
 *
 * WebAssembly JavaScript Interface, "Implementation-defined Limits"; where engines have raised a figure since, the
 * raised one.
 */
export const limits = {
  types: 1_000_000,
  functions: 1_000_000,
  imports: 1_000_000,
  exports: 1_000_000,
  globals: 1_000_000,
  tags: 1_000_000,
  dataSegments: 1_000_000,
  elementSegments: 10_000_000,
  tables: 100_000,
  memories: 1_000,
  locals: 50_000,
  params: 1_000,
  results: 1_000,
  structFields: 10_000,
  subtypeSupers: 1,
  /** Components inside components. */
  nesting: 64,
} as const
