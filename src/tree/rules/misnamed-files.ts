import type { ArtifactReport } from '../../core/report.ts'
import type { TreeRule } from '../../core/tree.ts'

/** Bytes of a file that is looked into. */
const maxRead = 2 ** 26

/** Files that are named `.wasm` or `.node`, and that nothing could load as such. */
export const misnamedFiles: TreeRule = {
  id: 'tree/misnamed-file',
  ofParts: true,
  help: 'A file that is named as a WebAssembly module or an add-on, and is none by its bytes: a pointer of Git LFS that was never fetched, a page of an error that was saved instead of a download, an empty file. Nothing that loads it will work, and nothing in it was judged.',
  async check({ artifacts }, context) {
    const findings = []
    for (const artifact of artifacts.filter(isMisnamed)) {
      const { path, sizes } = artifact
      const bytes = sizes.raw > maxRead ? undefined : await context.readFile(path)
      const found = bytes === undefined ? undefined : describe(bytes)
      findings.push({
        severity: 'warning' as const,
        message: `${path} is no ${path.endsWith('.wasm') ? 'WebAssembly module' : 'program code of Linux, macOS or Windows'}${found === undefined ? '' : `: it is ${found.text}`}`,
        advice: found?.advice ?? 'Look at what made it. A file that is not loaded under this name can be left out.',
        data: { is: found?.kind ?? 'unknown', size: sizes.raw },
        location: { path },
      })
    }
    return findings
  },
}

/** What has the magic number and is broken was told when it was read. */
function isMisnamed({ path, format, properties }: ArtifactReport): boolean {
  return path.endsWith('.wasm') ? format !== 'wasm' : path.endsWith('.node') && format !== 'elf' && properties['binary'] === undefined
}

interface Description {
  readonly kind: string
  readonly text: string
  readonly advice?: string
}

function describe(bytes: Uint8Array): Description {
  if (bytes.byteLength === 0) return { kind: 'empty', text: 'empty', advice: 'Make it anew: what wrote it did not come to its end.' }
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 256))
  if (start.startsWith('version https://git-lfs.github.com/spec/')) {
    return { kind: 'git-lfs', text: 'a pointer of Git LFS to the file', advice: 'Fetch it before the build: `git lfs pull` (with actions/checkout, `lfs: true`).' }
  }
  if (/^\s*<(?:!doctype|html|\?xml)/i.test(start)) return { kind: 'page', text: 'a page of HTML or XML', advice: 'Its download was answered with a page: look at the address, and check what is downloaded by its digest.' }
  if (/^\s*(?:;;[^\n]*\s*)*\(module\b/.test(start)) return { kind: 'wat', text: 'WebAssembly’s text format', advice: 'Assemble it: `wat2wasm`.' }
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return { kind: 'gzip', text: 'compressed with gzip', advice: 'Servers must send it with `Content-Encoding: gzip`; anything else fails to load it. Ship it as it was, or named .gz.' }
  if (isText(start)) return { kind: 'text', text: `text, beginning with \`${start.replace(/\s+/g, ' ').trim().slice(0, 40)}\`` }
  if (bytes.every((byte) => byte === 0)) return { kind: 'zeros', text: 'nothing but zeros', advice: 'Copy it anew: what wrote it was cut off.' }
  return { kind: 'other', text: `something else, beginning with ${[...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')}` }
}

function isText(start: string): boolean {
  return /^[\t\n\r\x20-\x7e]*$/.test(start)
}
