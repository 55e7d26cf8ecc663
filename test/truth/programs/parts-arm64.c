// What Rust's compiler makes of an enum that tells what the CPU has, as a part of something larger: made in one file, handed down by
// another, and worked with in a third, far from each other, as linkers lay them (crc32fast in the decoder of png).
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sums-arm64.h"

// The same where the tag, which is 0 or 1, is told by its lowest bit, and where it decides whose address is handed on.
#if defined PART_BIT
#define PART
#define BY_BIT
#elif defined PART_BIT_FAR
#define PART_FAR
#define BY_BIT
#elif defined PART_BIT_FORCED_BESIDE
#define PART_FORCED_BESIDE
#define BY_BIT
#elif defined PART_BIT_FORCED_BESIDE_MAKER
#define PART_FORCED_BESIDE_MAKER
#define BY_BIT
#elif defined PART_BIT_FORCED_BY_CALLER
#define PART_FORCED_BY_CALLER
#define BY_BIT
#elif defined PART_BIT_FORCED_BY_CALLERS_CALLER
#define PART_FORCED_BY_CALLERS_CALLER
#define BY_BIT
#elif defined PART_BIT_OF_JOB
#define PART_OF_JOB
#define BY_BIT
#elif defined PART_BIT_BY_POINTER
#define PART_BY_POINTER
#define BY_BIT
#elif defined PART_ADDRESS
#define PART
#define BY_ADDRESS
#elif defined PART_ADDRESS_CUT
#define PART
#define BY_ADDRESS
#define CUT
#elif defined PART_ADDRESS_CUT_FORCED_BESIDE
#define PART_FORCED_BESIDE
#define BY_ADDRESS
#define CUT
#elif defined PART_ADDRESS_FAR
#define PART_FAR
#define BY_ADDRESS
#elif defined PART_ADDRESS_FORCED_BESIDE
#define PART_FORCED_BESIDE
#define BY_ADDRESS
#elif defined PART_ADDRESS_FORCED_BESIDE_MAKER
#define PART_FORCED_BESIDE_MAKER
#define BY_ADDRESS
#elif defined PART_ADDRESS_FORCED_BY_CALLER
#define PART_FORCED_BY_CALLER
#define BY_ADDRESS
#elif defined PART_ADDRESS_FORCED_BY_CALLERS_CALLER
#define PART_FORCED_BY_CALLERS_CALLER
#define BY_ADDRESS
#elif defined PART_ADDRESS_OF_JOB
#define PART_OF_JOB
#define BY_ADDRESS
#elif defined PART_ADDRESS_BY_POINTER
#define PART_BY_POINTER
#define BY_ADDRESS
#endif

#define FAST sum_wide(data, 1024)
#define PLAIN sum_plain(data, 1024)
#define SECTION(name) __attribute__((noinline, section(".text." name)))
#define MAKERS SECTION("a_makers")
#define CALLERS SECTION("c_callers")
#define DECODERS SECTION("e_decoders")
#define OTHERS SECTION("g_others")
#define FAR(name) ".section .text." name ", \"ax\", %progbits\n.space 0x18000\n"
__asm__(".pushsection .text.a_makers, \"ax\", %progbits\n" FAR("b_far") ".section .text.c_callers, \"ax\", %progbits\n" FAR("d_far") ".section .text.e_decoders, \"ax\", %progbits\n" FAR(
  "f_far") ".section .text.g_others, \"ax\", %progbits\n" FAR("h_far") ".section .text.i_more, \"ax\", %progbits\n.popsection");

const char *volatile place_of_panic = "/rustc/0000/library/core/src/panicking.rs";
struct state { int variant, sum; long amount; };
struct decoder { long position, size, kind; struct state state; long step; };
struct job { long kind, number; struct state state; };
int argument_count;

#if defined PART || defined PART_FORCED_BESIDE || defined PART_OF_JOB || defined PART_BY_POINTER
#define WITH_STATE DECODERS
#else
#define WITH_STATE MAKERS
#endif

#if defined CUT
// a kernel without a frame, and trampolines that load from where it is in the file, which something else is mapped over (libffi)
#if defined LSE
#define STEP_OF_KERNEL ".arch_extension lse\nldaddal w3, wzr, [x0]\n"
#elif defined SVE
#define STEP_OF_KERNEL ".inst 0x0420e3e9 // cntb x9\n"
#else
#define STEP_OF_KERNEL ".inst 0x6e809400 // udot v0.4s, v0.16b, v0.16b\n"
#endif
int kernel_in_assembly(const int32_t *values, int count);
__asm__(".pushsection .text.i_more, \"ax\", %progbits\n.balign 8\n.globl kernel_in_assembly\n.type kernel_in_assembly, %function\nkernel_in_assembly: mov w2, #3\nmov w3, #4\nb .Linner\nnop\n"
        ".Linner: " STEP_OF_KERNEL "subs w1, w1, #1\nb.ne .Linner\nmov w0, w2\nret\n.balign 8\n"
        ".type trampoline, %function\ntrampoline: sub sp, sp, #16\nstr x17, [sp]\nadr x17, .Linner\nldr x17, [x17]\nstr x17, [sp, #8]\nbr x17\n.popsection");
#define SUM_WIDE kernel_in_assembly
#else
#define SUM_WIDE sum_wide
#endif
#if defined BY_ADDRESS
// what looks at the tag hands on the address, for another to call
typedef int (*kernel)(const int32_t *, int);
DECODERS int apply(const kernel *chosen, int more) { return (*chosen)(data, 1024) + more; }
static inline __attribute__((always_inline)) int summed(const struct state *state) {
  kernel chosen;
  if (state->variant == 1) {
    chosen = SUM_WIDE;
    __asm__ volatile("" ::"r"(chosen));
  } else {
    chosen = sum_plain;
    __asm__ volatile("" ::"r"(chosen));
  }
  return apply(&chosen, state->sum);
}
#elif defined BY_BIT
static inline __attribute__((always_inline)) int summed(const struct state *state) { return (state->variant & 1) != 0 ? FAST + state->sum : PLAIN; }
#else
static inline __attribute__((always_inline)) int summed(const struct state *state) { return state->variant == 1 ? FAST + state->sum : PLAIN; }
#endif

int decode_all(struct decoder *decoder);
WITH_STATE int start(long size) {
  struct decoder *decoder = malloc(sizeof *decoder);
  decoder->position = 0;
  decoder->size = size;
  decoder->state.variant = has(BIT) ? 1 : 0;
  decoder->state.sum = 0;
  decoder->state.amount = 0;
  decoder->kind = 7;
  return decode_all(decoder);
}
#if defined PART || defined PART_FORCED_BESIDE || defined PART_OF_JOB || defined PART_BY_POINTER
DECODERS int update(struct state *state) {
  state->amount += 1024;
  return summed(state);
}
DECODERS int decode(struct decoder *decoder, long step) {
  decoder->position += step;
  return update(&decoder->state) + decoder->size;
}
#else
// a case in a table
DECODERS int decode(struct decoder *decoder, long step) {
  switch (step) {
    case 0: decoder->position = 9; return 1;
    case 1: decoder->position += 5; return 2;
    case 2: decoder->kind = 3; return PLAIN;
    case 3: decoder->state.amount += 1024; return summed(&decoder->state);
    case 4: decoder->size = 4; return 5;
    case 5: decoder->size = decoder->kind; return 11;
    case 6: decoder->position = decoder->kind * 2; return 6;
    case 7: decoder->step = 6; return PLAIN + 1;
    default: return 0;
  }
}
#endif
CALLERS int decode_all(struct decoder *decoder) {
  int sum = 0;
  for (long step = 0; step < 6 + argument_count; step++) sum += decode(decoder, step);
  return sum;
}
#if defined PART_FORCED_BESIDE
DECODERS void init_fast(struct decoder *decoder, long size) {
#elif defined PART_FORCED_BESIDE_MAKER
MAKERS void init_fast(struct decoder *decoder, long size) {
#elif defined PART_FORCED_BY_CALLER || defined PART_FORCED_BY_CALLERS_CALLER
OTHERS int decode_fast(long size) {
  struct decoder on_stack, *volatile pointer = &on_stack, *decoder = pointer;
#else
OTHERS void unused(struct decoder *decoder, long size) {
#endif
  decoder->position = 0;
  decoder->size = size;
#if defined PART_FORCED_BESIDE || defined PART_FORCED_BESIDE_MAKER || defined PART_FORCED_BY_CALLER || defined PART_FORCED_BY_CALLERS_CALLER
  decoder->state.variant = 1;
#else
  decoder->state.variant = 0;
#endif
  decoder->state.sum = 0;
  decoder->state.amount = 0;
  decoder->kind = 7;
#if defined PART_FORCED_BY_CALLER
  return decode(decoder, 3 + (argument_count > 50));
#elif defined PART_FORCED_BY_CALLERS_CALLER
  return decode_all(decoder);
#endif
}
#if defined PART_OF_JOB
// the same part of something else, which asks for nothing
OTHERS int work(struct job *job, int number) {
  job->number = number;
  job->state.variant = 1;
  job->state.sum = number;
  job->state.amount = 0;
  return update(&job->state);
}
#elif defined PART_BY_POINTER
static int (*volatile updater)(struct state *) = update;
OTHERS int work(struct job *job, int number) {
  job->number = number;
  job->state.variant = 1;
  job->state.sum = number;
  job->state.amount = 0;
  return updater(&job->state);
}
#endif

int main(int argc, char **argv) {
  argument_count = argc;
  for (int i = 0; i < 1024; i++) data[i] = i * argc;
  int sum = start(argc);
#if defined PART_FORCED_BESIDE || defined PART_FORCED_BESIDE_MAKER
  struct decoder *volatile other = malloc(sizeof (struct decoder));
  init_fast(other, argc);
  sum += decode_all(other);
#elif defined PART_FORCED_BY_CALLER || defined PART_FORCED_BY_CALLERS_CALLER
  sum += decode_fast(argc);
#elif defined PART_OF_JOB || defined PART_BY_POINTER
  struct job *volatile job = malloc(sizeof *job);
  sum += work(job, argc);
#endif
  printf("%d\n", sum);
  return 0;
}
