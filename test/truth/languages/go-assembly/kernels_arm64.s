#include "textflag.h"

// func hasWide() bool
TEXT ·hasWide(SB), NOSPLIT, $0-1
	MRS ID_AA64ISAR0_EL1, R0
	UBFX $44, R0, $4, R0
	CMP $0, R0
	CSET NE, R0
	MOVB R0, ret+0(FP)
	RET

// UDOT V0.4S, V1.16B, V1.16B
#define UDOT WORD $0x6e819420

// func sumWide(values *int32, count int) int32
TEXT ·sumWide(SB), NOSPLIT, $0-20
	MOVD values+0(FP), R0
	MOVD count+8(FP), R1
	VEOR V0.B16, V0.B16, V0.B16
next:
	VLD1.P 16(R0), [V1.S4]
	UDOT
	SUBS $4, R1
	BGT next
	VMOV V0.S[0], R2
	MOVW R2, ret+16(FP)
	RET

// func productWide(values *int32, count int) int32
TEXT ·productWide(SB), NOSPLIT, $0-20
	MOVD values+0(FP), R0
	MOVD count+8(FP), R1
	VEOR V0.B16, V0.B16, V0.B16
next:
	VLD1.P 16(R0), [V1.S4]
	UDOT
	SUBS $4, R1
	BGT next
	VMOV V0.S[1], R2
	MOVW R2, ret+16(FP)
	RET
