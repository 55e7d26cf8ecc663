import type { PinnedPackage } from './packages.ts'

/** Packages of which one binary was read and found to run on any x86-64 CPU, with what once made it look as if it did not. */
export const guardedPackages: readonly (PinnedPackage & { readonly file: string })[] = [
  // ring's keys for header protection: functions that hand the address of a kernel over, by the number of a variant
  { name: '@css-inline/css-inline-linux-x64-gnu', version: '0.21.2', file: 'css-inline.linux-x64-gnu.node', integrity: 'sha512-HcJkXJr5aPWFASFOJEKGv1tZ14zHFHKCWLPu03iWhlnAWiCLqVjUyD4qS5DemVxEWoSsfvFVwXO833God1aBOA==' },
  // aws-lc's ML-DSA: a check in a loop, whose end does not lead to the kernel without it
  { name: '@gorules/zen-engine-linux-x64-gnu', version: '2.0.2', file: 'zen-engine.linux-x64-gnu.node', integrity: 'sha512-K2v2OlgqgSNE9bmnmywEAEEOke7LjYKwiNZFDKq96f1gLgvzfC79tVIXPTpmTRn1rh9NxxEMWtCvEirrZiW2Tg==' },
  // crc32fast with AVX-512: comparisons of a byte with the numbers of four variants
  { name: '@triton-one/yellowstone-grpc-napi-linux-x64-gnu', version: '0.2.1', file: 'yellowstone-grpc-napi.linux-x64-gnu.node', integrity: 'sha512-TnpJn44W0d+f8pcmrNnT1jOykHWDWkLpfF0BNd0aNWZMMmluOPOo3+tzJltcdu1H74v6zvLc50ywvGFRQwhJEQ==' },
  // BLAKE3: many blocks with AVX-512, or each as the platform says
  { name: 'cojson-core-napi-linux-x64-gnu', version: '0.20.19', file: 'cojson-core-napi.linux-x64-gnu.node', integrity: 'sha512-/m+ajnTQpCJGHZtcNE70WKPuBr42S29VhM4b0KbbKk6tC/Qvcd9wYzh8MHCftdt4Yjbnfz59r3n0IPNCmxxzdQ==' },
  // functions that name kernels, beyond the bounds of the search: it did not end
  { name: '@pydantic/monty-linux-x64-gnu', version: '0.0.23', file: 'monty', integrity: 'sha512-4+Y4WYPLGixP2+2AFtY4IUGwAXRRPvhixjoV6H6b1lCypd+Af5BiZ0a0vOARTfqGVGXLDtbzqFatfU2fWmwkzg==' },
  // crc32fast in png's decoder: a function that answers with one of several errors looked like one that sets what a check found out
  { name: '@kreuzberg/html-to-markdown-node-linux-x64-gnu', version: '3.7.2', file: 'html-to-markdown-node.linux-x64-gnu.node', integrity: 'sha512-AdnNwz6/MDUz+9g8kRV6LQHtA+um8B6P0Y4QRY6buRIDSLjLf/OcRNV06GcTCqAU00yWN/5hA6RvKgqYcJTKrA==' },
]
