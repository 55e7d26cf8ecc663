import { Edge } from '../../program/edges.ts'
import type { Program } from './program.ts'
import type { VirtualTables } from './virtual-tables.ts'
import { areWholeObjects } from './whole-objects.ts'

/** Functions that make objects of the classes, and others that have to do with who makes one. */
const MAKERS = 64
const OTHERS = 512
/** Calls from where an object is made up to who has it then. */
const UP = 2

/** Functions that have to do with classes that have some virtual functions. */
export interface ClassFunctions {
  /** Those that put the table of one into an object, and all that are in one. */
  readonly own: readonly number[]
  /** Those that call the former, and what these call: whoever makes an object may change it. */
  readonly others: readonly number[]
}

/** Functions of all classes that have one of these virtual functions, by address; undefined where not all can be told. */
export function functionsOfClasses(program: Program, tables: VirtualTables, methods: Iterable<number>): ClassFunctions | undefined {
  const { graph } = program
  const all = new Set<number>()
  for (const method of methods) {
    const those = tables.tablesOf(method)
    if (those === undefined) return undefined
    for (const table of those) all.add(table)
  }
  const makers = new Set<number>()
  const own = new Set<number>()
  for (const table of all) {
    const those = tables.makersOf(table)
    if (those === undefined || those.size === 0) return undefined
    for (const maker of those) makers.add(maker)
    for (const method of tables.methods(table)) {
      const index = graph.functionAt(method)
      if (index !== undefined) own.add(index)
    }
  }
  if (makers.size > MAKERS || ![...all].every((table) => tables.isOfWhole(table)) || !areWholeObjects(program, all, makers)) return undefined
  const others = new Set<number>()
  let level = [...makers]
  for (let up = 0; up < UP; up++) {
    const above = new Set<number>()
    for (const index of level) {
      for (let entry = graph.firstCaller[index]!; entry < graph.firstCaller[index + 1]!; entry++) {
        const edge = graph.callerEdge[entry]!
        const caller = graph.edgeFrom[edge]!
        if (graph.edgeKind[edge] === Edge.call && !others.has(caller)) above.add(caller)
      }
    }
    level = [...above]
    for (const index of level) others.add(index)
    if (others.size > OTHERS) return undefined
  }
  const callers = [...others]
  for (const index of callers) {
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) if (graph.edgeKind[edge] === Edge.call) others.add(graph.edgeTo[edge]!)
  }
  for (const maker of makers) own.add(maker)
  for (const index of own) others.delete(index)
  return others.size > OTHERS ? undefined : { own: [...own], others: [...others] }
}
