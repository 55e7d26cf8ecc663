/** By the extension; files without one by their `#!` line. */
export function recognizesJs(path: string, head: Uint8Array): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (/\.[cm]?js$/i.test(name)) return true
  return !name.slice(1).includes('.') && runsNode(head)
}

/** `#!/usr/bin/env node` and its relatives. */
function runsNode(head: Uint8Array): boolean {
  if (head[0] !== 0x23 || head[1] !== 0x21) return false
  const end = head.indexOf(0x0a)
  const line = new TextDecoder().decode(head.subarray(2, end === -1 ? 256 : Math.min(end, 256)))
  return /(?:^|[\s/])(?:node|nodejs|bun|deno)(?:\s|$)/.test(line)
}
