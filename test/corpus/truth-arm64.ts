import type { PinnedPackage } from './packages.ts'

/** Packages with AArch64 binaries that are run under qemu to see what they need. About 500 MB unpacked. */
export const arm64TruthPackages: readonly PinnedPackage[] = [
  { name: '@node-rs/crc32-linux-arm64-gnu', version: '1.10.8', integrity: 'sha512-Vr1P3+WF+RsUVI8CNLiunl1vuzdpgTR1sf9PxgQFr3o//hh2KdqJeU4zZsFVTn+GbGZtqvRoba0wi8nKMzRLeg==' },
  { name: '@node-rs/jieba-linux-arm64-gnu', version: '2.0.3', integrity: 'sha512-w5IPNrxQIC9z8V0Rp1PPlQTO7LOCRNPN9GrATk6pMnPOjyyhAZ1TcetNUdZmPoQ5X/r0/mWU9lcb2xAkwXYR2Q==' },
  { name: '@node-rs/xxhash-linux-arm64-gnu', version: '1.7.8', integrity: 'sha512-Z9YH6BQ1Zywk/nl0j9MG3jRBsIYOed6rSZAGTMT4p924wo9nHll39DZ9hd43kksofInkXOv3WMemzDy7zQ6QFw==' },
  { name: '@napi-rs/canvas-linux-arm64-gnu', version: '1.1.1', integrity: 'sha512-q1HBkNmB9mc6SF6uSz2492qSgsB46MqS+n3bPbPCE0kUXmWAPkH9vDADeawbhepQYn8RhlV2V/P5u6nykFXbuQ==' },
  { name: '@rolldown/binding-linux-arm64-gnu', version: '1.3.2', integrity: 'sha512-0wloJFYqV844gv6boiERbHpErxbxHbmlgnMX5VxP1Ux+DLBqGrUOn0cIpBmCZEcTITes3QUelxya4u8c9ziQvQ==' },
  { name: '@oxc-parser/binding-linux-arm64-gnu', version: '0.159.0', integrity: 'sha512-O+kPugGeoMKraX3ItOs0U0d6DvWVcgVf9jA6YaGmEnngJIBdcIU/DFmNlLJwRD+ZuiDl+nAM+C6JZ+cOXGN9wA==' },
  { name: '@typescript/native-preview-linux-arm64', version: '7.0.0-dev.20260707.2', integrity: 'sha512-iITBa2WjjTI5N9t5l7Z4KoOSI+2zBlhbvFzsD/f8qX8QoKjz/Y4DPyBDgezYi8nkqjjksbgSOJ3/ykzhwrB9cg==' },
  { name: '@sentry/cli-linux-arm64', version: '3.8.0', integrity: 'sha512-CS43j4vbLJBoB4c5MRZS7/nCf62yCnPIMQj7N+ZC50ze6EM8efEy4jq1ZZjz4G9u6AKuo6sntuaOlOGdZL5l6g==' },
  { name: '@oven/bun-linux-aarch64', version: '1.4.5', integrity: 'sha512-4BXmsSKnjOrlGWqZV4x/oWa7AVoR+B6lCXddMzOAXBIm3t50eslg9wb66gmtW1AamEQ1l1CDvmmruysEhqOWMg==' },
  { name: '@deno/linux-arm64-glibc', version: '2.9.6', integrity: 'sha512-poqhoH9B3nYloigEMPT5t8HY+wBeiuea1An5Q7fqgJzP0SYmWsoS/oUnWO/pEiA4ofzIBy1Elt/in58xKtxEoQ==' },
]
