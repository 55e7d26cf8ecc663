/** Where literals of a script end, from their text alone. Offsets are of UTF-16 code units. */

/** The closing quote, or where the line ends: then it was no string. */
export function endOfString(text: string, start: number, quote: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit === quote || unit === 10) return i
    if (unit === 92) i++
  }
  return text.length
}

/** The closing slash of what begins with one; -1 where the line ends before. */
export function endOfRegularExpression(text: string, start: number): number {
  let inClass = false
  for (let i = start + 1; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit === 10 || unit === 13) return -1
    if (unit === 92) i++
    else if (unit === 91) inClass = true
    else if (unit === 93) inClass = false
    else if (unit === 47 && !inClass) return i
  }
  return -1
}

/** The back tick that ends the template, or the brace of its next `${`; the end of the text where there is neither. */
export function endOfTemplatePart(text: string, start: number): number {
  for (let i = start; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit === 96) return i
    if (unit === 36 && text.charCodeAt(i + 1) === 123) return i + 1
    if (unit === 92) i++
  }
  return text.length
}
