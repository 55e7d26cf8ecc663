import { setFlagsFromString } from 'node:v8'

/**
 * Has V8 inline only the smallest functions, in the whole process: for the command, whose process is its own, and nobody
 * else's. A run takes seconds, and what V8 compiles, it compiles with all that it inlines, and often again; that costs more
 * than it gives back. (Verdicts on large programs take an eighth less CPU, builds a twentieth; docs/isa.md.)
 */
export function inlineLess(): void {
  setFlagsFromString('--max-inlined-bytecode-size-cumulative=0')
}
