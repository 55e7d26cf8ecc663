import { elfPackages } from './elf.ts'
import type { PinnedPackage } from './packages.ts'

/** Packages whose x86-64 binaries are run under qemu to see what they need, and what those load. About 1.2 GB unpacked. */
const own: readonly PinnedPackage[] = [
  { name: '@anush008/tokenizers-linux-x64-gnu', version: '0.6.0', integrity: 'sha512-4C9KiC0tdsOJCyOE2sD23zZHW16RbytRfMf81bdkDOLOrvOy0dYT9ZTnpwEl2k7jgzSdSpk9YKCkfEpkqbVvVg==' },
  { name: '@biomejs/cli-linux-x64', version: '2.6.8', integrity: 'sha512-XIk3pLQT56I6Tti+u0DF8FtSNXjCMTPbxVTzfJ9cS2t1ImVKvrqV5b52GuEaJg6/wuiXvz0sjfb5saB4TPRjzA==' },
  { name: '@chainsafe/blst-linux-x64-gnu', version: '2.2.0', integrity: 'sha512-gEY/z2SDBA7kXtFEI9VNhWTJAIjx16jdeAyCaS2k4ACGurWZaWk+Ee4KniTsr4WieSqeuNTUr7Pdja0Sr4EKNQ==' },
  { name: '@chainsafe/hashtree-linux-x64-gnu', version: '1.0.2', integrity: 'sha512-bFy9ffFG77SivmeOjOlZmOCrxzQ/WqUESy0I+dW6IX7wquTXHldJKWvohs9+FEn3TSXgeigFmEATz5tfxBfIZw==' },
  { name: '@deno/linux-x64-glibc', version: '2.9.6', integrity: 'sha512-3md4TKLCuzsLDmfOoC5KN7NAZaxSVkMgm64vg6foD00JBADCpYS2/5QqXfzgnP5ZQz3iLP9vBQJtEgc116OAoQ==' },
  { name: '@ffmpeg-installer/linux-x64', version: '4.1.0', integrity: 'sha512-Y5BWhGLU/WpQjOArNIgXD3z5mxxdV8c41C+U15nsE5yF8tVcdCGet5zPs5Zy3Ta6bU7haGpIzryutqCGQA/W8A==' },
  { name: '@harperfast/extended-iterable', version: '1.0.3', integrity: 'sha512-sSAYhQca3rDWtQUHSAPeO7axFIUJOI6hn1gjRC5APVE1a90tuyT8f5WIgRsFhhWA7htNkju2veB9eWL6YHi/Lw==' },
  { name: '@img/colour', version: '1.1.0', integrity: 'sha512-Td76q7j57o/tLVdgS746cYARfSyxk8iEfRxewL9h4OMzYhbW4TAcppl0mT4eyqXddh6L/jwoM75mo7ixa/pCeQ==' },
  { name: '@lancedb/lancedb-linux-x64-gnu', version: '0.39.0', integrity: 'sha512-CJz2Dm2rPSFQSGWIllWt4PYgz2JsdAlz1fNzm8AFkxIhQwO30/kxtbRqzs4rqptQOtGUxlaIIeSipsANov1cKA==' },
  { name: '@lmdb/lmdb-linux-x64', version: '3.5.6', integrity: 'sha512-ADzCuCF2cTNiX9kDScqcz1fjnAkxPpQNneV3KFTdV3wWtVlI2sTGzySoMTgDpinkMMFj1NTJlxA6XR8fwc4hlA==' },
  { name: '@napi-rs/canvas', version: '1.1.1', integrity: 'sha512-UyNspnx0rXclATMOBXiWgy1xtWUSUDm4UOO6+YO8xzyVKaZRpvK+SlJSCtRoSI9J/mEqklJiPYtroN1B+hgLXg==' },
  { name: '@napi-rs/canvas-linux-x64-gnu', version: '1.1.1', integrity: 'sha512-7bZfDI9lxKqj9wJRHiSQBimCRanxDGHYE7TugnOmFJ9ScpgFSsLHFQtOH9wvmbQvBwv5nBuDBGJlG0+7iGkN+w==' },
  { name: '@napi-rs/image-linux-x64-gnu', version: '1.15.0', integrity: 'sha512-IiayUG47OTY89iPLiN/wtnIwqOqtHbO1W/h5aZdSzfQa7Ke0NlNuUsE4qkbLIkInYyd7gWSs1GiX8+VpewIhZw==' },
  { name: '@napi-rs/snappy-linux-x64-gnu', version: '7.4.3', integrity: 'sha512-6fnGsH0yb48+PCYnKc6E5U1zUFXUpLtmyz8TnMstIBuiS7w1pf7e8GWN8GO//kz7+9E9jfD1/+8BZrp0FDOOqw==' },
  { name: '@node-llama-cpp/linux-x64', version: '3.22.1', integrity: 'sha512-5uCCDNqWCNfaAm8aR/Uzxbo4HBpKgNF91kCHPepKhgMgV2OAmatoefbOlMihsqCiH2Od35E/eUHQCFbfRBJuOg==' },
  { name: '@node-rs/crc32-linux-x64-gnu', version: '1.10.8', integrity: 'sha512-DFd0eV47MAykz4PQDcBSlEvY3CtXqPt2gkBpvPngCpOUoIJgEk9tKtPjEgUwLatMkvsy4fEvAg7gckGickOyEw==' },
  { name: '@node-rs/jieba-linux-x64-gnu', version: '2.0.3', integrity: 'sha512-/pg9Re50PAr2Y6olCuinNIyRm20ZiUPldUcBWBKO1+hY6S1PCNaWZLtuntzZKOuK05D4IXgq5pvunZIDrYI15g==' },
  { name: '@node-rs/xxhash-linux-x64-gnu', version: '1.7.8', integrity: 'sha512-tWvNBiFu73/gbZ57uU/3T/3tJ/q+NFAYQj06hsORt6qtllGLz0wJ7azYG/ZlJBfijJA0K7fT+3rThzKJlIdkZg==' },
  { name: '@nomicfoundation/edr-linux-x64-gnu', version: '0.22.0', integrity: 'sha512-oYbYDXYIof+/ZKegmwxugGYhoGfnVFLrVqxmW0po9KETuUnNBg7hKn9SzlOLRAIQGoKUUUfiBjvZdp1gzHKMWQ==' },
  { name: '@oven/bun-linux-x64', version: '1.3.14', integrity: 'sha512-7OVTAKvwfPmSbIV1HpdOoVVx5VRc427GuPPne93N6vk4eQBPId9nXmZDh9/zGaKPdbVjVtQSZafWQoUjx38Utw==' },
  { name: '@oven/bun-linux-x64-baseline', version: '1.3.14', integrity: 'sha512-q/8EdOC0yUE8FPeoOVq8/Pw5I9/tJaYmUfO/uDUAREx8IUnOJH1RJ5A3BjFqre8pvJoiZA9AovPJq5FnNNjSxA==' },
  { name: '@resvg/resvg-js-linux-x64-gnu', version: '2.6.2', integrity: 'sha512-IVUe+ckIerA7xMZ50duAZzwf1U7khQe2E0QpUxu5MBJNao5RqC0zwV/Zm965vw6D3gGFUl7j4m+oJjubBVoftw==' },
  { name: 'classic-level', version: '3.0.0', integrity: 'sha512-yGy8j8LjPbN0Bh3+ygmyYvrmskVita92pD/zCoalfcC9XxZj6iDtZTAnz+ot7GG8p9KLTG+MZ84tSA4AhkgVZQ==' },
  { name: 'lmdb', version: '3.5.6', integrity: 'sha512-j3uE8ReKNyUWDjhfEFSJqE/1DLtfTR5Z8yFzVHvBjAk37wNg7HdScjcv8ttPHRvrdgPQMPWxFFI0SsdBzI5lBw==' },
  { name: 'msgpackr', version: '2.1.4', integrity: 'sha512-TvP18sX5U3MXoHHSUZen/FagaNTEJObyb8OlnJcNbqN6Ux/oCwYJrHhCOzi31bItyW/Efz1IDnRDKQ23j4ZuvA==' },
  { name: 'node-gyp-build-optional-packages', version: '5.2.2', integrity: 'sha512-s+w+rBWnpTMwSFbaE0UXsRlg7hU4FjekKU4eyAih5T8nJuNZT1nNsskXpxmeqSK9UzkBl6UgRlnKc8hz8IEqOw==' },
  { name: 'nodejs-polars', version: '0.26.1', integrity: 'sha512-nOWRNrwPAle1KP2w+fj9v1UDUZWbPU37uuImF3mntQyLgUvJ6BTj7+gdR3smKHwtm0t2xY5fbFUoRpj3FobZqQ==' },
  { name: 'nodejs-polars-linux-x64-gnu', version: '0.26.1', integrity: 'sha512-0spW4yns62Xw+D77QPChBoT1ib7jUqrJRkfaNICG1Y8WJ3maVJ4xjf3KT3u+9zNimb/sJcPGdWSr2gEypAnJtg==' },
  { name: 'onnxruntime-common', version: '1.30.0', integrity: 'sha512-7fdVWjAID1dVhH/G8qK3APARunV4VkBFoCQAP7qp4Wkab0mrorvmc+sqiT+mKXOzDqdjN5j+/Z9nb4gzNPWcyA==' },
  { name: 'onnxruntime-node', version: '1.30.0', integrity: 'sha512-twhs1C2C/BFkz1yc5OY0KIU2GUq6DURO7hD4bx5Q2Qy3nAMJwRXW8xU3NVczE29VA9lolLOYepoD8fjTGOfIqw==' },
  { name: 'ordered-binary', version: '1.6.3', integrity: 'sha512-Bc8LnA2x4ZHRQ9LjCm/NOdD3+CTQPhGNu8m7/6+ERtiB6Bb/fn7nCySwcmAC+5WCqwelpSAQgo1VX9BGpsC0tQ==' },
  { name: 'sass-embedded-linux-x64', version: '1.108.2', integrity: 'sha512-9SNMGIYzfdMAflPlNLQro9gIWbrbrSibwffatFaEmjMPBHqy2gNwg7VuzDRHBygbSqsrsqfhokYGchCyzCZI9Q==' },
  { name: 'sharp', version: '0.35.5', integrity: 'sha512-Ywn4OnzGukp7CDMrp08RQ50YKmuwG47brZgIVPTvBaaAfQlRlygrRqSrxdCiL9M+LlzLBiJ68IR1QqvzHyjC7g==' },
  { name: 'sodium-native', version: '5.1.0', integrity: 'sha512-3RxgyWyJlhTsABPnJVpCI5CoTDANZTqqFrEPqr+kjfnRaBihpVtMUE3yTF40ukdoB1APXeoBNKF3MzZAIHg39g==' },
  { name: 'sqlite-vec-linux-x64', version: '0.1.9', integrity: 'sha512-w3tCH8xK2finW8fQJ/m8uqKodXUZ9KAuAar2UIhz4BHILfpE0WM/MTGCRfa7RjYbrYim5Luk3guvMOGI7T7JQA==' },
  { name: 'usearch', version: '2.26.2', integrity: 'sha512-jz4MKg09LFn6CP/fh9MwY7NV3qQUcXrQIt92LV7CMx44AEnGP1QenhHReua3ETqzgoIYcISJ+SsDoX0DOpFh9Q==' },
  { name: 'weak-lru-cache', version: '1.2.2', integrity: 'sha512-DEAoo25RfSYMuTGc9vPJzZcZullwIqRDSI9LOy+fkCJPi6hykCnfKaXTuPBDuXAUcqHXyOgFtHNp/kB2FjYHbw==' },
  { name: 'zigpty', version: '0.1.0', integrity: 'sha512-qS42OfL71Ya66qwf3Z/HvgC9eDtdCZwPTS6m4/wMXFnfQoGWOuTtTdaTwK5bE02oL7n/c7iJP9ux7famHJHMww==' },
  { name: 'zigpty', version: '0.2.1', integrity: 'sha512-MR9JqJx2wf5f4wz8zpx050AlqrmWeIW+1h0SO5iEyhG3HFRjY5luC3szS2ux2EGuPjE5OU9ZAuiCBeMWBTrqZw==' },
]

/** The pinned package `name` or `name@version`, of these or of the ELF corpus. */
export function truthPackage(name: string): PinnedPackage {
  const found = [...own, ...elfPackages].find((candidate) => candidate.name === name || `${candidate.name}@${candidate.version}` === name)
  if (found === undefined) throw new Error(`${name} is not among the packages of test/truth`)
  return found
}
