import type { PinnedPackage } from './packages.ts'

/** Packages with native code, in every way that npm packages come by it. About 400 MB unpacked, most of it onnxruntime-node. */
export const nativePackages: readonly PinnedPackage[] = [
  {
    name: 'tree-sitter',
    version: '0.22.1',
    integrity: 'sha512-gRO+jk2ljxZlIn20QRskIvpLCMtzuLl5T0BY6L9uvPYD17uUrxlxWkvYCiVqED2q2q7CVtY52Uex4WcYo2FEXw==',
  },
  {
    name: 'tree-sitter-python',
    version: '0.23.4',
    integrity: 'sha512-MbmUAl7y5UCUWqHscHke7DdRDwQnVNMNKQYQc4Gq2p09j+fgPxaU8JVsuOI/0HD3BSEEe5k9j3xmdtIWbDtDgw==',
  },
  {
    name: 'tree-sitter-typescript',
    version: '0.23.2',
    integrity: 'sha512-e04JUUKxTT53/x3Uq1zIL45DoYKVfHH4CZqwgZhPg5qYROl5nQjV+85ruFzFGZxu+QeFVbRTPDRnqL9UbU4VeA==',
  },
  {
    name: 'bcrypt',
    version: '6.0.0',
    integrity: 'sha512-cU8v/EGSrnH+HnxV2z0J7/blxH8gq7Xh2JFT6Aroax7UohdmiJJlxApMxtKfuI7z68NvvVcmR78k2LbT6efhRg==',
  },
  {
    name: 'better-sqlite3',
    version: '12.11.1',
    integrity: 'sha512-dq9AtApgg5PGFtBzPFSBl3HZQjHok5gaQCM6zh2Yk0aSmDCs1CbnVI8/HgASQkNKsWFpseIO9beg5xxpYhbIfA==',
  },
  {
    name: 'argon2',
    version: '0.45.1',
    integrity: 'sha512-skm+/WCjkGqCQxF7FG1LuZXM5yvbFjgbfiCGsud2oLgaDhh6b6dbH0b1EkghbM+xx4Bj8Ape+KKgixoIlWZicQ==',
  },
  {
    name: 'sodium-native',
    version: '5.1.0',
    integrity: 'sha512-3RxgyWyJlhTsABPnJVpCI5CoTDANZTqqFrEPqr+kjfnRaBihpVtMUE3yTF40ukdoB1APXeoBNKF3MzZAIHg39g==',
  },
  {
    name: 'highwayhash',
    version: '3.1.1',
    integrity: 'sha512-FjsF/X47Q9+y7TJ+xjZxcNaOGhrGJTg5AFedEpNYate5GB5ezXeG3tqMjsuZ99R2If9xDdQQRCrka6hRC7J82g==',
  },
  {
    name: 'sse4_crc32',
    version: '7.0.0',
    integrity: 'sha512-Avdyj0VTEPrFLC4d55uBf5Vdf8xdzuOOvgZqWGaTtH4jGz3affo1F09j39RZkI3VsIDPxz6uo9VediOSDReZlA==',
  },
  {
    name: 'xxhash-addon',
    version: '2.1.0',
    integrity: 'sha512-y69Lhs6msXn4eLPZkDqSKff3OLHyOL7a5lhxbJ0NN4x6XYhVI+lKIXt7JxQqSHssEhUWLgAWIbUbT9X9KUTbcw==',
  },
  {
    name: 'simdjson',
    version: '0.9.2',
    integrity: 'sha512-CW97acb8ty4EcxJGsCTrgxh1iiqLKbcuaIAte4DjPdoytK2ps1cRN1HpBJjIzqaL5cn1m/Dqc4AqA6NlKPPKKA==',
  },
  {
    name: 'sharp',
    version: '0.35.5',
    integrity: 'sha512-Ywn4OnzGukp7CDMrp08RQ50YKmuwG47brZgIVPTvBaaAfQlRlygrRqSrxdCiL9M+LlzLBiJ68IR1QqvzHyjC7g==',
  },
  {
    name: 'esbuild',
    version: '0.28.2',
    integrity: 'sha512-HKVLS8dvII+xoKW9kmqxbRKrnWEXfJJr/FZhhJmiqIB0e053QNYFqOBouTMO/k5sID4MvCiUCvv8b9M4h32wIA==',
  },
  {
    name: '@swc/core',
    version: '1.16.22',
    integrity: 'sha512-kFqhtSmmNSZqJXIK0l9rF+oNg2efaZoeNbN/4qwbNTWfMRKApc6n7rKx827bw8K+4kmu7iH0LZ144QJTQzulHw==',
  },
  {
    name: 'lightningcss',
    version: '1.33.0',
    integrity: 'sha512-WkUDrojuJs0xkgGf2udWxa3yGBRxPtxUkB79i6aCZLRgc7PM8fZe9TosfPDcvEpQZbuFASnHYmRLBLUbmLOIIA==',
  },
  {
    name: '@node-rs/argon2',
    version: '2.2.1',
    integrity: 'sha512-miqgmDcvOoAxCf0H3iW2nSd09FFO15geUU30yRNEr2XVXYreErwxAOm1rAKHxNDdjcySA+UTDGMXOWtvFJ3hXQ==',
  },
  {
    name: 'onnxruntime-node',
    version: '1.30.0',
    integrity: 'sha512-twhs1C2C/BFkz1yc5OY0KIU2GUq6DURO7hD4bx5Q2Qy3nAMJwRXW8xU3NVczE29VA9lolLOYepoD8fjTGOfIqw==',
  },
  {
    name: 'node-pty',
    version: '1.1.0',
    integrity: 'sha512-20JqtutY6JPXTUnL0ij1uad7Qe1baT46lyolh2sSENDd4sTzKZ4nmAFkeAARDKwmlLjPx6XKRlwRUxwjOy+lUg==',
  },
]
