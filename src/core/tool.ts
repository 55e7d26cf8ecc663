/** Bounds of one run of a tool. */
export interface ToolLimits {
  /** Wall time, in seconds. */
  readonly seconds: number
  /** Memory of the tool, in MiB (2^20 bytes). */
  readonly memory: number
}

/** An outside optimizer that rewrites bytes, held open for several runs. Its runs go one after another. */
export interface Tool {
  /** Name, version and origin, for reports: `wasm-opt 132 (npm binaryen)`. */
  readonly title: string
  /**
   * Runs off the calling thread.
   * @param args as on the tool's command line, without input and output
   * @throws ShrinkError `transform/failed` when the tool refuses the input, fails, or reaches a limit
   */
  run(input: Uint8Array, args: readonly string[], limits: ToolLimits): Promise<Uint8Array>
  close(): Promise<void>
}

/** The tools that a host may have. */
export type ToolName = 'wasm-opt'
