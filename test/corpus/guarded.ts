import type { PinnedPackage } from './packages.ts'

/** Packages of which one binary was read and found to run on any x86-64 CPU, with what once made it look as if it did not. */
export const guardedPackages: readonly (PinnedPackage & { readonly file: string })[] = [
  // functions that name kernels, beyond the bounds of the search: it did not end
  { name: '@pydantic/monty-linux-x64-gnu', version: '0.0.23', file: 'monty', integrity: 'sha512-4+Y4WYPLGixP2+2AFtY4IUGwAXRRPvhixjoV6H6b1lCypd+Af5BiZ0a0vOARTfqGVGXLDtbzqFatfU2fWmwkzg==' },
]
