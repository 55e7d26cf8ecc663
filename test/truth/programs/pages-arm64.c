// A page that ADRP puts into a register before an unconditional branch, and a load behind that from a page, or from an object that
// another block has in the same register.
#include <stdio.h>
#include "sums-arm64.h"

#define FAST sum_wide(data, 1024)
#define PLAIN sum_plain(data, 1024)
int argument_count;
typedef int (*kernel)(const int32_t *, int);
__attribute__((visibility("hidden"))) int wide_of_program(const int32_t *values, int count) { return sum_wide(values, count); }
int plain_of_program(const int32_t *values, int count) { return sum_plain(values, count); }
// an object wherever the linker lays the slot of the GOT in its page
static kernel object[1024];
__attribute__((visibility("hidden"))) kernel *look_at = object;

kernel look(kernel *object);
__asm__(
  ".text\n.balign 16\n.globl look\n.hidden look\n.type look, %function\nlook:\n"
  "stp x29, x30, [sp, #-32]!\nmov x29, sp\nstr x21, [sp, #16]\n"
#if defined PAGE_OF_ANOTHER_BLOCK
  "mov x21, x0\ncbnz x0, 2f\n"
  "adrp x21, :got:wide_of_program\nmov x0, xzr\nb 3f\n"
#elif defined PAGE_BEHIND_BRANCH
  "adrp x21, :got:wide_of_program\ncbnz x0, 4f\nb 3f\n"
  "4: nop\nb 2f\n"
#elif defined PAGE_BY_LOOP
  "b 4f\n5: adrp x21, :got:wide_of_program\nb 6f\n"
#elif defined PAGE_BY_PART
  "b look_part\n5: adrp x21, :got:wide_of_program\nb look_part_behind\n"
#elif defined PAGE_BY_TABLE
  "adr x1, 2f\nadrp x21, :got:wide_of_program\ncbnz x0, 5f\nb 3f\n5: br x1\n"
#endif
  "2: ldr x0, [x21, #:got_lo12:wide_of_program]\n"
  "3: ldr x21, [sp, #16]\nldp x29, x30, [sp], #32\nret\n"
#if defined PAGE_BY_LOOP
  "6: mov x1, x21\nb 2b\n4: b 5b\n"
#elif defined PAGE_BY_PART
  "nop\nnop\n.type look_part, %function\nlook_part: b 5b\nnop\n.type look_part_behind, %function\nlook_part_behind: mov x1, x21\nb 2b\n"
#endif
  ".size look, . - look\n");

static int run(void) {
  for (int i = 0; i < 1024; i++) object[i] = plain_of_program;
  int sum = has(BIT) ? FAST : PLAIN;
  return sum + look(look_at)(data, 1024);
}

#include "main-arm64.h"
