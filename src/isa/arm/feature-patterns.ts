/**
 * A32 instructions that need more than Armv5TE, as bit patterns: feature, pattern (bit 31 first, `.` any), instructions.
 * Patterns are tried in this order, so a narrow one stands before the wide one it lies in. T32 has the vector and floating
 * point instructions with other leading bits; its own are in `t32FeaturePatterns`.
 *
 * `thumb2` stands for Armv6T2 in both instruction sets, `vfpd32` for registers D16 to D31.
 *
 * Source: Arm Architecture Reference Manual for A-profile, F4 and F3 (A32 and T32 encoding index).
 */
export const a32FeaturePatterns: string = `
aes      111100111.110000....0011...0.... AESE, AESD, AESMC, AESIMC
sha1     111100111.111001....001011.0.... SHA1H
sha1     111100111.111010....001110.0.... SHA1SU1
sha2     111100111.111010....001111.0.... SHA256SU0
sha1     111100100...........1100.1.0.... SHA1C, SHA1P, SHA1M, SHA1SU0
sha2     111100110...........1100.1.0.... SHA256H, SHA256H2, SHA256SU1
pmull    111100101.10........1110.0.0.... VMULL of 64-bit polynomials
fp-armv8 111100110.0.........1111...1.... VMAXNM, VMINNM of vectors
fp-armv8 111100110.1.........1111...1.... the same
fp-armv8 111100111.11..10....010....0.... VRINT of vectors
fp-armv8 111100111.11..10....0111...0.... VRINTM, VRINTP
fp-armv8 111100111.11..11....00.....0.... VCVTA, VCVTN, VCVTP, VCVTM
vfpv4    111100111.110110....0110.0.0.... VCVT between half and single precision
vfpv4    111100111.110110....0111.0.0.... VCVT between half and single precision
vfpv4    111100100..0........1100...1.... VFMA, VFMS of vectors
neon     1111001......................... vectors
neon     11110100...0.................... loads and stores of structures
armv7-a  111101010111111111110000010..... DSB, DMB
armv7-a  1111010101111111111100000110.... ISB
armv6    11110101011111111111000000011111 CLREX
armv7-a  11110100.101....1111............ PLI
armv7-a  11110110.101....1111.......0.... PLI of a register
fp-armv8 111111100...........101......... VSEL
fp-armv8 111111101.00........101......... VMAXNM, VMINNM
fp-armv8 111111101.1110..........01.0.... VRINTA, VRINTN, VRINTP, VRINTM
fp-armv8 111111101.1111......101..1.0.... VCVTA, VCVTN, VCVTP, VCVTM
-        1111............................ other instructions without a condition
crc32    ....00010..0........00.00100.... CRC32, CRC32C
armv8-a  ....00011..1........11001001.... LDA
armv8-a  ....00011..1........11101001.... LDAEX
armv8-a  ....00011..0........11001001.... STL
armv8-a  ....00011..0........11101001.... STLEX
armv6    ....00011..1........11111001.... LDREX
armv6    ....00011..0........11111001.... STREX
armv6    ....00000100............1001.... UMAAL
thumb2   ....00000110............1001.... MLS
thumb2   ....00110000.................... MOVW
thumb2   ....00110100.................... MOVT
thumb2   ....0111110..............001.... BFC, BFI
thumb2   ....01111.1..............101.... SBFX, UBFX
thumb2   ....011011111111....11110011.... RBIT
armv6    ....011010111111....1111.011.... REV, REV16
armv6    ....011011111111....11111011.... REVSH
armv6    ....01101...............0111.... SXTB, UXTH, UXTAB, …
armv6    ....01100...........1111...1.... SADD16, UQSUB8, …
armv6    ....01101000..............01.... PKHBT, PKHTB
armv6    ....01101000........11111011.... SEL
armv6    ....0110101...............01.... SSAT
armv6    ....0110111...............01.... USAT
armv6    ....01101.10........11110011.... SSAT16, USAT16
idiva    ....01110001....1111....0001.... SDIV
idiva    ....01110011....1111....0001.... UDIV
armv6    ....01110000............0..1.... SMLAD, SMUAD, SMLSD, SMUSD
armv6    ....01110100............0..1.... SMLALD, SMLSLD
armv6    ....01110101............00.1.... SMMLA, SMMUL
armv6    ....01110101............11.1.... SMMLS
armv6    ....01111000............0001.... USAD8, USADA8
vfpv4    ....11101.10........101....0.... VFMA, VFMS
vfpv4    ....11101.01........101....0.... VFNMA, VFNMS
vfpv3    ....11101.11........101.0000.... VMOV of an immediate
vfpv3    ....11101.111.1.....101..1.0.... VCVT of fixed point
fp-armv8 ....11101.11001.....1011.1.0.... VCVT between half and double precision
vfpv4    ....11101.11001.....1010.1.0.... VCVT between half and single precision
fp-armv8 ....11101.110110....101..1.0.... VRINTR, VRINTZ
fp-armv8 ....11101.110111....101.01.0.... VRINTX
vfpd32   ....11101.110111....10111110.... VCVT of D16 to D31
vfpv2    ....11101.110111....1011.1.0.... VCVT of double to single precision
vfpd32   ....11101.11110.....1011.110.... VCVT of D16 to D31
vfpv2    ....11101.11110.....1011.100.... VCVT of double precision to an integer
vfpd32   ....1100010.........1011..11.... VMOV of D16 to D31
vfpv2    ....1100010.........101......... VMOV of two registers
vfpd32   ....1100.1..........1011........ VLDM, VSTM
vfpd32   ....1101.1..........1011........ VLDR, VSTR, VLDM, VSTM
vfpd32   ....1110.1..........1011...0.... VADD, VMUL, … into D16 to D31
vfpd32   ....11100...........10111..0.... of D16 to D31
vfpd32   ....11101.0.........10111..0.... of D16 to D31
vfpd32   ....1110............1011..10.... of D16 to D31
vfpv2    ....110.............101......... loads and stores
neon     ....1110.1..........1011...1.... VMOV of a byte, VDUP
neon     ....1110.0..........1011..11.... VMOV of a halfword, VDUP
neon     ....11101..0........1011...1.... VDUP
vfpv2    ....1110............101......... VADD, VMUL, VMOV, VMRS, …
`

/** T32 instructions of 32 bits, first halfword first. What is not listed and 32 bits long is `thumb2` (but for BL and BLX). */
export const t32FeaturePatterns: string = `
idivt    111110111001............1111.... SDIV
idivt    111110111011............1111.... UDIV
crc32    11111010110.....1111....10...... CRC32, CRC32C
armv8-a  11101000110.............1....... LDA, STL, LDAEX, STLEX
-        11110...........11.1............ BL
-        11110...........11.0...........0 BLX
thumb2   11101........................... all other
thumb2   1111............................ all other
`
