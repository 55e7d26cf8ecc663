import type * as Iced from 'iced-x86'

/** Intel syntax of one instruction, which lies at `address`. Undefined: no instruction. */
export type InstructionText = (bytes: Uint8Array, address: bigint) => string | undefined

/**
 * Renders x86 instructions as text, with iced-x86: an optional dependency, as nothing but `explain` needs it.
 * Undefined where it is not installed.
 */
export async function instructionText(
  mode: 32 | 64,
  load: () => Promise<typeof Iced> = () => import('iced-x86'),
): Promise<InstructionText | undefined> {
  const iced = await load().catch(() => undefined)
  if (iced === undefined) return undefined
  const { Decoder, DecoderOptions, Formatter, FormatterSyntax } = iced
  return (bytes, address) => {
    const decoder = new Decoder(mode, bytes, DecoderOptions.None)
    const formatter = new Formatter(FormatterSyntax.Intel)
    try {
      decoder.ip = address
      formatter.hexPrefix = '0x'
      formatter.hexSuffix = ''
      formatter.uppercaseHex = false
      formatter.branchLeadingZeros = false
      formatter.spaceAfterOperandSeparator = true
      const instruction = decoder.decode()
      const text = instruction.isInvalid ? undefined : formatter.format(instruction)
      instruction.free()
      return text
    } finally {
      // memory of WebAssembly, which no collector sees
      formatter.free()
      decoder.free()
    }
  }
}
