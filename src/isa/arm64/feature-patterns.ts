/**
 * A64 instructions that need more than Armv8.0, as bit patterns: feature, pattern (bit 31 first, `.` any), instructions.
 * Patterns are tried in this order, so a narrow one stands before the wide one it lies in.
 *
 * Feature names are those of Linux HWCAPs (Documentation/arch/arm64/elf_hwcaps.rst), with `lse` for ATOMICS, `fp16` for
 * FPHP and ASIMDHP, `rdm`, `fcma`, `fhm` and `dotprod` without the ASIMD prefix. Hints (PACIASP, BTI, …) are NOPs on older
 * CPUs and are not listed.
 *
 * Source: Arm Architecture Reference Manual for A-profile, C4.1 (encoding index); SVE and SME by their groups.
 * Compared with llvm-objdump by test/isa/arm64/llvm-oracle.corpus.test.ts.
 */
export const armFeaturePatterns: string = `
lse      ..0010001.1......11111.......... CAS
lse      0.0010000.1......11111.......... CASP
lrcpc    ..11100010111111110000.......... LDAPR
ls64     1111100000111111110100.......... LD64B
ls64     1111100000111111100100.......... ST64B
ls64     11111000001.....101.00.......... ST64BV, ST64BV0
lse      ..111000..1.....0...00.......... LDADD, LDCLR, LDEOR, LDSET, LDSMAX … and their ST forms
lse      ..111000..1.....100000.......... SWP
ilrcpc   ..011001..0.........00.......... LDAPUR, STLUR
mops     ..011.01..0.........01.......... CPYF, CPY, SET
mte      11011001..1......................STG, STZG, ST2G, LDG
mte      0110100010...................... STGP
mte      0110100110...................... STGP
mte      0110100100...................... STGP
mte      1001000110...................... ADDG
mte      1101000110...................... SUBG
mte      10011010110.....00010........... IRG, GMI
mte      10.11010110.....000000.......... SUBP, SUBPS
mte      10111010110.....000000.......... SUBPS
crc32    .0011010110.....010............. CRC32, CRC32C
cssc     .10110101100000000011........... ABS, CNT, CTZ
cssc     .0011010110.....0110............ SMAX, UMAX, SMIN, UMIN
cssc     .00100011100.................... SMAX, UMAX, SMIN, UMIN with an immediate
paca     1101101011000001................ PACIA, AUTIA, XPACI, …
paca     10011010110.....001100.......... PACGA
paca     110101100.011111000010.......... BRAA, BLRAA with zero modifier
paca     110101100.011111000011.......... BRABZ, BLRABZ
paca     1101011100.11111000010.......... BRAA, BLRAA
paca     1101011100.11111000011.......... BRAB, BLRAB
paca     110101100101111100001........... RETAA, RETAB
paca     110101101001111100001........... ERETAA
paca     11111000..1..........1.......... LDRAA, LDRAB
jscvt    0001111001111110000000.......... FJCVTZS
frint    000111100.10100..10000.......... FRINT32, FRINT64
frint    0.0011100.100001111.10.......... FRINT32, FRINT64 of vectors
frint    0.1011100.100001111.10.......... FRINT32X, FRINT64X of vectors
flagm    10111010000......00001.....0.... RMIF
flagm    0011101000000000..0010.....01101 SETF8, SETF16
flagm    11010101000000000100000000011111 CFINV
flagm2   11010101000000000100000000111111 XAFLAG
flagm2   11010101000000000100000001011111 AXFLAG
sb       11010101000000110011000011111111 SB
rng      110101010011101100100100000..... MRS RNDR
rng      110101010011101100100100001..... MRS RNDRRS
aes      0100111000101000.1..10.......... AESE, AESD, AESMC, AESIMC
sha2     01011110000.....010.00.......... SHA256H, SHA256H2, SHA256SU1
sha2     01011110000.....011000.......... SHA256SU1
sha1     01011110000.....00..00.......... SHA1C, SHA1P, SHA1M, SHA1SU0
sha1     0101111000101000000.10.......... SHA1H, SHA1SU1
sha2     0101111000101000001010.......... SHA256SU0
pmull    0.001110111.....111000.......... PMULL of 64-bit elements
sha3     11001110000.....0............... EOR3
sha3     11001110001.....0............... BCAX
sha3     11001110011.....100011.......... RAX1
sha3     11001110100..................... XAR
sha512   11001110011.....1000............ SHA512H, SHA512H2, SHA512SU1
sha512   1100111011000000100000.......... SHA512SU0
sm3      11001110010.....0............... SM3SS1
sm3      11001110010.....10.............. SM3TT
sm3      11001110011.....11000........... SM3PARTW
sm4      1100111011000000100001.......... SM4E
sm4      11001110011.....110010.......... SM4EKEY
dotprod  0..01110100.....100101.......... SDOT, UDOT
dotprod  0..0111110......1110.0.......... SDOT, UDOT by element
i8mm     01.01110100.....10100........... SMMLA, UMMLA
i8mm     01.01110100.....101001.......... SMMLA, UMMLA
i8mm     01001110100.....101011.......... USMMLA
i8mm     0.001110100.....100111.......... USDOT
i8mm     0.001111.0......1111.0.......... USDOT, SUDOT by element
bf16     0.101110010.....111111.......... BFDOT
bf16     01101110010.....111011.......... BFMMLA
bf16     0001111001100011010000.......... BFCVT
bf16     0.101110110.....111111.......... BFMLALB, BFMLALT
bf16     0.00111010100001011010.......... BFCVTN
bf16     0.00111101......1111.0.......... BFDOT by element
bf16     0.00111111......1111.0.......... BFMLAL by element
fhm      0.001110.01.....111011.......... FMLAL, FMLSL
fhm      0.101110.01.....110011.......... FMLAL2, FMLSL2
fhm      0.00111110......0.00.0.......... FMLAL, FMLSL by element
fhm      0.10111110......1.00.0.......... FMLAL2, FMLSL2 by element
rdm      0.101110..0.....1000.1.......... SQRDMLAH, SQRDMLSH
rdm      01111110..0.....1000.1.......... SQRDMLAH, SQRDMLSH scalar
rdm      0.101111........11.1.0.......... SQRDMLAH, SQRDMLSH by element
rdm      01111111........11.1.0.......... the same, scalar
fcma     0.101110..0.....110..1.......... FCMLA
fcma     0.101110..0.....111.01.......... FCADD
fcma     0.10111101......0..1.0.......... FCMLA by element
fcma     01101111100.....0..1.0.......... FCMLA by element
fp16     00011110111.........10.......... FADD, FMUL, … of half precision
-        000111101110001..10000.......... FCVT between half and other precisions
fp16     00011110111......10000.......... FMOV, FABS, FRINT, …
fp16     00011110111.....001000.......... FCMP
fp16     00011110111.........11.......... FCSEL
fp16     00011110111.........01.......... FCCMP
fp16     00011110111........10000000..... FMOV of an immediate
fp16     .0011110111.....000000.......... FCVT, SCVTF, FMOV to and from general registers
fp16     .0011110110..................... SCVTF, FCVTZS, fixed point
fp16     0001111111...................... FMADD, FMSUB, FNMADD, FNMSUB
fp16     0.00111001000...00.1.1.......... three same, half precision: FMULX, FRECPS, FCMEQ, FADD, …
fp16     0..01110.10.....00...1.......... three same, half precision
fp16     01.11110.10.....00...1.......... the same, scalar
fp16     0..01110.111100.....10.......... FRINT, FCVT, SCVTF, FABS, FCMxx of vectors
fp16     01.11110.111100.....10.......... the same, scalar
fp16     0.001110.0110000111110.......... FMAXV, FMINV
fp16     0.001110.011000011..10.......... FMAXV, FMINV, FMAXNMV, FMINNMV
fp16     0101111000110000....10.......... FADDP, FMAXP, …, pairwise scalar
fp16     0101111010110000....10.......... FMINP, FMINNMP
fp16     0..0111100......0.01.0.......... FMLA, FMLS by element
fp16     0..0111100......1001.0.......... FMUL, FMULX by element
fp16     01.1111100......0.01.0.......... the same, scalar
fp16     01.1111100......1001.0.......... the same, scalar
fp16     0.00111100000...111111.......... FMOV of an immediate to a vector
fp16     0..011110001....111001.......... SCVTF of fixed point vectors
fp16     0..011110001....111111.......... FCVTZS to fixed point vectors
fp16     01.111110001....111001.......... the same, scalar
fp16     01.111110001....111111.......... the same, scalar
tme      11010100011................00000 TCANCEL
tme      1101010100100011001100000.1..... TSTART, TTEST
sve2     00000100..1.....011............. MUL, SMULH, PMUL, SQDMULH unpredicated
sve2     00000100..1.....0011.1.......... XAR
sve2     00000100..1.....00111........... EOR3, BCAX, BSL
sve2     00000100..0011..100............. SRSHR, URSHR, SQSHLU by an immediate
sve2     00000100..00011.100............. SRSHR, URSHR, SQSHL, SQSHLU, UQSHL by an immediate
sve2     00000101011.....000............. EXT of two registers
sve2     00000101..101101100............. SPLICE of two registers
sve2     00000101..1.....00101........... TBL of two registers, TBX
sve2     00100101..1.....000..0.......... WHILEGE, WHILEGT, WHILEHI, WHILEHS
sve2     00100101..1.....001100.......... WHILERW, WHILEWR
sme      00100101..1.....01.............. PSEL
sme      01000100..0.....11000........... SCLAMP, UCLAMP
i8mm     01000100100.....011110.......... USDOT (SVE)
i8mm     01000100101.....00011........... USDOT, SUDOT by element (SVE)
sve      010001001.0.....00000........... SDOT, UDOT
sve      010001001.1.....00000........... SDOT, UDOT by element
sve2     01000100........................ the rest of this group
i8mm     01000101..0.....100110.......... SMMLA, UMMLA, USMMLA (SVE)
sve2     01000101........................ the rest of this group
bf16     0110010010001010101............. BFCVTNT
bf16     0110010110001010101............. BFCVT (SVE)
sve2     01100100..0.1...101............. FCVTNT, FCVTXNT, FCVTLT
sve2     01100100000010..101............. FCVTXNT
sve2     01100100..010...100............. FADDP, FMAXP, …
sve2     01100100101.....01.0............ FMLALB, FMLALT by element
sve2     01100100101.....10.............. FMLALB, FMLSLB
bf16     01100100011.....010000.......... BFDOT by element (SVE)
bf16     01100100011.....1.0000.......... BFDOT (SVE)
bf16     01100100011.....111001.......... BFMMLA (SVE)
bf16     01100100111.....01.............. BFMLALB, BFMLALT by element (SVE)
bf16     01100100111.....100............. BFMLALB, BFMLALT (SVE)
sve2     01100101000010..101............. FCVTX
sve2     0110010100011..0101............. FLOGB
sve2     1000010..00.....10.............. LDNT1 of scattered elements
sve2     1100010..00.....1.0............. LDNT1 of scattered elements
sve2     1110010...0.....001............. STNT1 of scattered elements
sme      0000010100101110100............. REVD
sme      00000100001.....01011........... ADDSVL
sme      00000100011.....01011........... ADDSPL
sme      000001001011111101011........... RDSVL
sve      ...0010......................... scalable vectors
sme      1..0000......................... the ZA array
sme      110101010000001101000...01111111 SMSTART, SMSTOP
`
