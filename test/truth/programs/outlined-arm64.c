// Instructions that kernels share, taken out of them (LLVM's MachineOutliner), behind the end of another function: only jumps lead there.
#include <stdio.h>
#include "sums-arm64.h"

#define PLAIN sum_plain(data, 1024)
int argument_count;

#if defined LSE
#define STEP_OF_PART ".arch_extension lse\nldaddal w2, wzr, [x0]\n"
#elif defined SVE
#define STEP_OF_PART ".inst 0x0420e3e9 // cntb x9\n"
#else
#define STEP_OF_PART ".inst 0x6e809400 // udot v0.4s, v0.16b, v0.16b\n"
#endif

// neither has a frame, and local labels are no symbols
int answer(void);
int wide(int32_t *values);
int wider(int32_t *values);
int other(int32_t *values);
__asm__(
  ".pushsection .text.a_kernels, \"ax\", %progbits\n.balign 4\n"
  ".globl wide\n.type wide, %function\nwide: ldr w2, [x0]\nadd w1, w2, #1\nb .Lstep\n"
  ".globl wider\n.type wider, %function\nwider: ldr w2, [x0, #4]\nadd w1, w2, #2\nb .Lstep\n"
  ".section .text.b_parts, \"ax\", %progbits\n.balign 4\n"
  ".globl answer\n.type answer, %function\nanswer: mov w0, #12\nmov w1, wzr\nret\n"
  ".Lstep: " STEP_OF_PART "mov w0, w1\nret\n"
#if defined OUTLINED_JUMPED_TO_IN_A_ROW
  ".Lbefore: add w1, w1, #1\nb .Lstep_of_others\n"
#endif
  ".section .text.c_others, \"ax\", %progbits\n.balign 4\n"
#if defined OUTLINED_JUMPED_TO
  ".globl other\n.type other, %function\nother: ldr w2, [x0, #8]\nmov w1, #3\nb .Lstep\n"
#elif defined OUTLINED_BRANCHED_TO
  ".globl other\n.type other, %function\nother: ldr w2, [x0, #8]\nmov w1, #3\ncbz x0, 1f\ntbz w2, #31, .Lstep\n1: mov w0, #4\nret\n"
#elif defined OUTLINED_JUMPED_TO_IN_A_ROW
  ".globl other\n.type other, %function\nother: ldr w2, [x0, #8]\nmov w1, #3\nb .Lbefore\n"
  "second: mov w0, #5\nret\n"
  ".Lstep_of_others: b .Lstep\n"
#else
  ".globl other\n.type other, %function\nother: ldr w2, [x0, #8]\nadd w0, w2, #3\nret\n"
#endif
  ".popsection");
int (*volatile chosen)(int32_t *values) = other;

static int run(void) {
  int sum = has(BIT) ? wide(data) + wider(data) : PLAIN;
  return sum + answer() + chosen(data);
}

#include "main-arm64.h"
