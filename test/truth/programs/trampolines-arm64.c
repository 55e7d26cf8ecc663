// Instructions that load from where code is in the file, as libffi's trampolines do from the page behind theirs, which something else is mapped over,
// or that read code and then run it.
#include <stdio.h>
#include "sums-arm64.h"

#define PLAIN sum_plain(data, 1024)
int argument_count;

#if defined LSE
#define STEP_OF_KERNEL ".arch_extension lse\nldaddal w2, wzr, [x0]\n"
#elif defined SVE
#define STEP_OF_KERNEL ".inst 0x0420e3e9 // cntb x9\n"
#else
#define STEP_OF_KERNEL ".inst 0x6e809400 // udot v0.4s, v0.16b, v0.16b\n"
#endif

// neither has a frame, so that what is named in the middle of one may begin another
int wide(int32_t *values);
long trampoline(int32_t *values);
__asm__(
  ".pushsection .text.a_kernels, \"ax\", %progbits\n.balign 8\n"
  ".globl wide\n.type wide, %function\nwide: ldr w2, [x0]\nadd w1, w2, #1\n.Linner: " STEP_OF_KERNEL "mov w0, w1\nret\n.balign 8\n"
  ".section .text.b_trampolines, \"ax\", %progbits\n.balign 8\n"
  ".globl trampoline\n.type trampoline, %function\ntrampoline: mov w1, #3\nmov w2, #4\n"
#if defined TRAMPOLINE
  "adr x17, .Linner\nldr x17, [x17]\neor x0, x0, x17\nret\n"
#elif defined TRAMPOLINE_KEPT
  "adr x17, .Linner\nldr x16, [x17]\neor x3, x0, x16\nbr x17\n"
#elif defined TRAMPOLINE_COPIED
  "adr x17, .Linner\nmov x16, x17\nldr x17, [x17]\neor x3, x0, x17\nbr x16\n"
#endif
  ".popsection");

static int run(void) {
  int sum = has(BIT) ? wide(data) : PLAIN;
  return sum + (int)(trampoline(data) & 1);
}

#include "main-arm64.h"
