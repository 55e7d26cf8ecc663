#include "textflag.h"

// func hasWide() bool
TEXT ·hasWide(SB), NOSPLIT, $0-1
	MOVL $7, AX
	MOVL $0, CX
	CPUID
	SHRL $5, BX
	ANDL $1, BX
	MOVB BX, ret+0(FP)
	RET

// func branchesOnAVX2() bool
TEXT ·branchesOnAVX2(SB), NOSPLIT, $0-1
	MOVL $7, AX
	XORL CX, CX
	CPUID
	BTL $5, BX
	JCC none
	MOVB $1, ret+0(FP)
	RET
none:
	MOVB $0, ret+0(FP)
	RET

// func sumWide(values *int32, count int) int32
TEXT ·sumWide(SB), NOSPLIT, $0-20
	MOVQ values+0(FP), AX
	MOVQ count+8(FP), CX
	VPXOR Y0, Y0, Y0
next:
	VPADDD (AX), Y0, Y0
	ADDQ $32, AX
	SUBQ $8, CX
	JG next
	VEXTRACTI128 $1, Y0, X1
	VPADDD X1, X0, X0
	VMOVD X0, AX
	VZEROUPPER
	MOVL AX, ret+16(FP)
	RET

// func productWide(values *int32, count int) int32
TEXT ·productWide(SB), NOSPLIT, $0-20
	MOVQ values+0(FP), AX
	MOVQ count+8(FP), CX
	VPCMPEQD Y0, Y0, Y0
next:
	VPMULLD (AX), Y0, Y0
	ADDQ $32, AX
	SUBQ $8, CX
	JG next
	VEXTRACTI128 $1, Y0, X1
	VPXOR X1, X0, X0
	VMOVD X0, AX
	VZEROUPPER
	MOVL AX, ret+16(FP)
	RET
