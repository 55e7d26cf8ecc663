import type { Severity } from '../core/diagnostic.ts'

/** Colours for a terminal, or none. */
export interface Paint {
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  green(text: string): string
  yellow(text: string): string
  severity(severity: Severity, text: string): string
}

export function createPaint(color: boolean): Paint {
  const sgr =
    (open: number, close: number) =>
    (text: string): string =>
      color && text !== '' ? `\u001b[${open}m${text}\u001b[${close}m` : text
  const paint = {
    bold: sgr(1, 22),
    dim: sgr(2, 22),
    red: sgr(31, 39),
    green: sgr(32, 39),
    yellow: sgr(33, 39),
  }
  return {
    ...paint,
    severity(severity, text) {
      if (severity === 'error') return paint.red(text)
      return severity === 'warning' ? paint.yellow(text) : paint.dim(text)
    },
  }
}
