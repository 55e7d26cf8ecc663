import { printable } from './printable.ts'

/** Characters of a name, and of a sentence, that are shown: both can hold what an artifact says of itself. */
const maxName = 160
const maxSentence = 600

/** What Markdown, HTML or GitHub’s math reads as structure. As entities, which never are structure (CommonMark 0.31, 2.5). */
const structural = /[\\`*_~[\]<>|&$]/g

/** Characters that turn the direction of writing: `gpj.exe` would read `exe.jpg`. */
const directional = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/**
 * A name as code. Names come from artifacts, which are hostile: they may hold pipes, backticks, tags, or `@everybody`,
 * which is no mention within code.
 */
export function markdownName(name: string): string {
  return `<code>${escaped(cut(name, maxName))}</code>`
}

/**
 * A sentence that may hold names. Mentions, references to issues and links are found in the rendered text too: an
 * invisible space keeps them apart.
 */
export function markdownSentence(text: string): string {
  return escaped(cut(text.replace(/\s*\n\s*/g, ' '), maxSentence).replace(/@|#(?=\d)|:(?=\/\/)|www(?=\.)/gi, '$&\u200b'))
}

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[], numbersFrom: number): string[] {
  if (rows.length === 0) return []
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, column) => (column >= numbersFrom ? '---:' : '---'))), ...rows.map(line)]
}

function escaped(text: string): string {
  const plain = printable(text).replace(directional, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return plain.replace(structural, entity)
}

function entity(character: string): string {
  return `&#${character.charCodeAt(0)};`
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text
}
