/**
 * The one-byte opcode map: which operands follow, per mode.
 *
 *     opcodes operands [64 | 32]
 *
 * Operands: `rm` ModRM, `none`, then the immediate: `+n` bytes, `+z` 4 bytes (2 with 66), `+v` 8 with REX.W, else as
 * z, `+rel` 4 bytes (2 with 66 outside 64-bit mode), `+moffs` an address, `+far` offset and selector, `+test` (Group 3:
 * TEST takes an immediate, the others none). Opcodes not listed are prefixes, escapes, or invalid in that mode.
 *
 * Source: Intel SDM volume 2, appendix A.2, tables.
 */
export const oneByteMap: string = `
00-03,08-0b,10-13,18-1b,20-23,28-2b,30-33,38-3b rm
04,0c,14,1c,24,2c,34,3c none+1
05,0d,15,1d,25,2d,35,3d none+z
06-07,0e,16-17,1e-1f,27,2f,37,3f none 32
40-4f none 32
50-5f none
60-61 none 32
62 rm 32
63 rm
68 none+z
69 rm+z
6a none+1
6b rm+1
6c-6f none
70-7f none+1
80,83 rm+1
82 rm+1 32
81 rm+z
84-8f rm
90-99,9b-9f none
9a none+far 32
a0-a3 none+moffs
a4-a7,aa-af none
a8 none+1
a9 none+z
b0-b7 none+1
b8-bf none+v
c0-c1 rm+1
c2,ca none+2
c3,c9,cb-cc,cf none
c4-c5 rm 32
c6 rm+1
c7 rm+z
c8 none+3
cd none+1
ce none 32
d0-d3,d8-df rm
d4-d5 none+1 32
d6 none 32
d7 none
e0-e7,eb none+1
e8-e9 none+rel
ea none+far 32
ec-ef,f1,f4-f5,f8-fd none
f6 rm+test
f7 rm+test
fe-ff rm
`
