// A constant (1e-6) that lies behind the function which loads it, where the next function is taken to begin in the middle of it: its first word is an instruction
// of SME when it is decoded. Beside a check of something else, so that nothing is required for want of any.
#include <stdio.h>
#include "sums-arm64.h"

int argument_count;
int load(int);
__asm__(".text\n.balign 16\n.globl load\n.type load, %function\n"
        "load: cbz w0, 2f\n"
        ".fill 300, 4, 0xd503201f\n" // NOP
        "adr x1, 1f\n"
        "ldr d0, 1f\n"
#if !defined LITERAL_RUN
        "fcvtzs w0, d0\n"
        "ret\n"
        "2: ret\n"
#endif
        "1: .inst 0xa0b5ed8d\n" // run into, with LITERAL_RUN
#if defined LITERAL_RUN
        "2: ret\n"
#endif
        ".size load, . - load\n"
        ".globl next\n.type next, %function\n"
        "next: .inst 0x3eb0c6f7\n"
        ".size next, . - next\n");

static int run(void) { return load(argument_count - 1) + (has(BIT) ? sum_wide(data, 1024) : sum_plain(data, 1024)); }

#include "main-arm64.h"
