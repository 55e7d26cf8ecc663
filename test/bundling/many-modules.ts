/** A project of TypeScript modules that import each other, with types, classes, enums and generics to take out. */
export function manyModules(count: number, linesEach: number): Record<string, string> {
  const files: Record<string, string> = { 'package.json': '{"type":"module"}', 'tsconfig.json': '{"compilerOptions":{"strict":true}}' }
  for (let index = 0; index < count; index++) {
    const imported = [index * 2 + 1, index * 2 + 2].filter((other) => other < count)
    const lines = imported.map((other) => `import { total${other} } from './m${other}.ts'`)
    lines.push(`export interface Item${index}<T> { readonly id: number; value: T; tags?: string[] }`)
    lines.push(`export enum Kind${index} { First, Second = 'second', Third = 3 }`)
    for (let line = lines.length, part = 0; line < linesEach - 12; line += 6, part++) {
      lines.push(
        `export class Store${index}x${part}<T extends object> {`,
        `  private items: Map<number, Item${index}<T>> = new Map()`,
        `  add(item: Item${index}<T>): this { this.items.set(item.id + ${part}, item); return this }`,
        `  get size(): number { return this.items.size as number }`,
        `}`,
        `export const sum${part} = (a: number, b: number = ${line}): number => a * ${part} + b`,
      )
    }
    const uses = imported.map((other) => ` + total${other}()`).join('')
    lines.push(`export function total${index}(): number { return new Store${index}x0<{ a: number }>().add({ id: ${index}, value: { a: 1 } }).size + sum1(${index})${uses} }`)
    while (lines.length < linesEach - 1) lines.push(`// line ${lines.length}: words that a compiler reads and leaves out`)
    if (index === 0) lines.push('export const handler = async (): Promise<number> => total0()')
    files[`src/m${index}.ts`] = `${lines.join('\n')}\n`
  }
  return files
}
