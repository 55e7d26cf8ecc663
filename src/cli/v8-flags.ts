import { setFlagsFromString } from 'node:v8'

/**
 * Has V8 compile less, in the whole process: for the command, whose process is its own, and nobody else's. A run takes seconds,
 * and what V8 compiles, it compiles with all that it inlines, and often again; that costs more than it gives back. So only the
 * smallest functions are inlined, and a function has to run twice as long before it is optimized (by default it may run 66 kB of bytecode
 * a tick). Verdicts on large programs take an eighth less CPU by the first, and 1 to 4 % by the second, builds a twentieth and 4 %
 * (docs/isa-speed.md).
 */
export function compileLess(): void {
  setFlagsFromString('--max-inlined-bytecode-size-cumulative=0')
  // Node 20's V8: later ones count calls instead, and print that they do not know the flag
  if (process.versions.v8.startsWith('11.')) setFlagsFromString('--interrupt-budget=135168')
}
