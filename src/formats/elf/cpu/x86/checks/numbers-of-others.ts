import { Access } from '../../program/sweep.ts'
import { compute, isExact, join, number, truncated, type Value } from '../../program/value.ts'
import type { Program } from '../code/program.ts'
import type { SettledOptions } from './settled.ts'

/** Functions that store to a variable beyond which it is what many use, and bytes of one that is looked at. */
const MOST_STORERS = 8
const LARGEST = 2048

/** Stands for a number that is not known. */
const unknown = Symbol('unknown')

/**
 * What a variable holds that no check stores to, where functions that are reached put nothing there but numbers: an option, or whether there is one
 * (`settings.level.value_or(detect())`). Undefined where that is not known, or nobody stores anything.
 *
 * @param initial what the file says it holds
 */
export function numbersOfOthers(program: Program, at: number, size: number, initial: Value | undefined, isReached: (index: number) => boolean, options: SettledOptions): Value | undefined {
  const put = initial === undefined ? [] : putThere(program, at, size, isReached, options)
  let all = initial
  for (const value of put) all = value === unknown || value.detected ? undefined : all && join(all, value)
  return put.length > 0 && all !== undefined && isExact(all) ? all : undefined
}

/** Numbers that functions which are reached put into a variable that checks store to as well. What is not known is none of them. */
export function numbersBesideChecks(program: Program, at: number, size: number, isReached: (index: number) => boolean, options: SettledOptions): Value | undefined {
  let all: Value | undefined
  for (const value of putThere(program, at, size, isReached, options)) if (value !== unknown) all = all === undefined ? value : join(all, value)
  return all !== undefined && isExact(all) ? all : undefined
}

function putThere({ accesses, graph, sweep }: Program, at: number, size: number, isReached: (index: number) => boolean, options: SettledOptions): readonly (Value | typeof unknown)[] {
  const kind = sweep.accessKind.values()
  const from = sweep.accessFrom.values()
  const storers = new Set<number>()
  for (const access of accesses.range(at - 7, at)) {
    const index = kind[access] === Access.store ? graph.functionOf(from[access]!) : -1
    if (index >= 0 && isReached(index)) storers.add(index)
  }
  if (storers.size > MOST_STORERS) return [unknown]
  const put: (Value | typeof unknown)[] = []
  for (const index of storers) {
    const stores = graph.ends[index]! - graph.starts[index]! > LARGEST ? undefined : options.evaluation(index)?.globalStores
    if (stores === undefined) put.push(unknown)
    for (const { address, size: width, value } of stores ?? []) {
      if (address > at || address + width < at + size) continue
      const part = address === at ? truncated(value, size) : truncated(compute('shr', value, number((at - address) * 8)), size)
      put.push(part !== undefined && isExact(part) ? part : unknown)
    }
  }
  return put
}
