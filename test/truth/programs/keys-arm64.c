// What the CPU has is found out in one file and kept in a key, another file copies the key into what is worked with, a third works
// with that, and a fourth asks for it: far from each other, as linkers lay them.
#include <arm_neon.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sums-arm64.h"

#define FAST sum_wide(data, 1024)
#define PLAIN sum_plain(data, 1024)
#define SECTION(name) __attribute__((noinline, section(".text." name)))
#define KEYS SECTION("a_keys")
#define CIPHERS SECTION("c_ciphers")
#define CORE SECTION("e_core")
#define USER SECTION("g_user")
#define FAR(name) ".section .text." name ", \"ax\", %progbits\n.space 0x18000\n"
__asm__(".pushsection .text.a_keys, \"ax\", %progbits\n" FAR("b_far") ".section .text.c_ciphers, \"ax\", %progbits\n" FAR("d_far") ".section .text.e_core, \"ax\", %progbits\n" FAR(
  "f_far") ".section .text.g_user, \"ax\", %progbits\n" FAR("h_far") ".section .text.i_more, \"ax\", %progbits\n.popsection");

#if defined KEY_OWN_COPY || defined KEY_OWN_COPY_FORCED
// a static program has the function that copies itself, and no name for it: it begins like Arm's
__asm__(".text\n.balign 64\nbytes_copied: add x4, x1, x2\nadd x5, x0, x2\ncmp x2, #128\nmov x3, x0\n1: cmp x1, x4\nb.hs 2f\nldrb w6, [x1], #1\nstrb w6, [x3], #1\nb 1b\n2: ret\n");
void *bytes_copied(void *to, const void *from, unsigned long count) __attribute__((visibility("hidden")));
#define memcpy bytes_copied
#endif

#if defined KEY_NUMBER || defined KEY_NUMBER_FROM_FILE_BY_USER || defined KEY_NUMBER_FROM_FILE_IN_CONTEXT || defined KEY_NUMBER_FORCED_BY_USER || defined KEY_NUMBER_AND_JOB || defined KEY_NUMBER_AND_JOB_FROM_ELSEWHERE
// which of several kernels, as BoringSSL has it since 2024
struct key { char schedule[400]; unsigned fast; unsigned other; };
struct job { char before[480]; unsigned fast, other; int sum; };
#define ON 4
#else
struct key { char schedule[400]; unsigned char fast : 1, other : 1; };
struct job { char before[480]; unsigned char fast : 1, other : 1; int sum; };
#define ON 1
#endif
struct context { char before[80]; struct key key; int sum; char behind[128]; };
int argument_count;

KEYS void init(struct key *key, int other) {
  memset(key, 0, sizeof *key);
  key->other = other;
  if (has(BIT)) {
    key->schedule[argument_count & 7] = 1;
    key->fast = ON;
  } else {
    key->schedule[argument_count & 3] = 2;
    key->fast = 0;
  }
}
CORE int use(struct context *context) { return context->key.fast ? FAST : PLAIN; }
#if defined KEY_FORCED_IN_CORE
CORE void tune(struct context *context) { context->key.fast = 1; }
#endif
#if defined KEY_AND_NUMBERS || defined KEY_AS_NUMBERS || defined KEY_AS_COPIED_NUMBERS
// an array of numbers, unrolled, of which one lies where the flag does in a context
#define PARTS PART(24) PART(25) PART(26) PART(27) PART(28) PART(29) PART(30) PART(31) PART(32) PART(33) PART(34) PART(35)
static int16_t numbers[512];
#define PART(i) vst1q_s16(to + 8 * (i), vrshrq_n_s16(vmull_s8(vld1_s8(from + 8 * (i) - 190), vdup_n_s8(2)), 1));
CORE void unpack(int16_t *to, const int8_t *from) { PARTS }
#undef PART
#if defined KEY_AS_COPIED_NUMBERS
#define PART(i) vst1q_s16(to + 8 * (i), vld1q_s16(from + 8 * ((i) + 8)));
CORE void move_down(int16_t *to, const int16_t *from) { PARTS }
#undef PART
#endif
#define PART(i) sum = vaddq_s16(sum, vld1q_s16(from + 8 * (i)));
CORE int total(const int16_t *from) { int16x8_t sum = vdupq_n_s16(0); PARTS return vaddvq_s16(sum); }
static const int8_t ones[512] = {[0 ... 511] = 1};
#endif
CORE int use_job(struct job *job) { return job->fast ? FAST : PLAIN; }
static const struct key ready = {"key", ON};
#if defined KEY_NUMBER
// something else that a user has, with numbers all over
struct settings { unsigned numbers[256]; };
static const struct settings usual = {{[0 ... 255] = 1000}};
static struct settings own;
#elif defined KEY_NUMBER_FROM_FILE_IN_CONTEXT || defined KEY_FROM_FILE_IN_CONTEXT
static const struct context prepared = {.key = {"key", ON}};
#elif defined KEY_FROM_FILE_IN_SESSION
struct session { char before[300]; struct context context; };
static const struct session open_session = {.context = {.key = {"key", ON}}};
#elif defined KEY_AND_SETTINGS
// something else that a user has, with nothing where the flag is
struct settings { char before[240]; unsigned numbers[10], none[60]; };
static const struct settings usual = {"usual", {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}};
static struct settings own;
#endif

#if defined KEY_AT_ONCE
CIPHERS int with(int other) {
  struct context *context = malloc(sizeof *context);
  struct key *key = malloc(sizeof *key);
  init(key, other);
  memset(context, 0, sizeof *context);
  memcpy(&context->key, key, sizeof *key);
#else
CIPHERS struct key *make(int other) { struct key *key = malloc(sizeof *key); init(key, other); return key; }
CIPHERS int with(const struct key *key) {
  struct context on_stack, *volatile pointer = &on_stack;
  struct context *context = pointer;
  memset(&on_stack, 0, sizeof on_stack);
  memcpy(&on_stack.key, key, sizeof *key);
  if (argument_count > 100) return use(&on_stack);
#endif
#if defined KEY_FORCED_BY_COPIER
  context->key.fast = 1;
#elif defined KEY_FORCED_IN_CORE
  tune(context);
#elif defined KEY_OWN_COPY_FORCED
  context->key.fast |= argument_count > 0;
#elif defined KEY_AS_NUMBERS
  unpack((int16_t *)context, ones);
  argument_count += total(numbers) == 1;
#elif defined KEY_AS_COPIED_NUMBERS
  memset(numbers, 1, sizeof numbers);
  move_down((int16_t *)context, numbers);
  argument_count += total(numbers) == 1;
#elif defined KEY_FROM_FILE
  memcpy(&context->key, &ready, sizeof ready);
#endif
  return use(context);
}
CIPHERS struct context *start(const struct key *key) {
  struct context *context = calloc(1, sizeof *context);
  memcpy(&context->key, key, sizeof *key);
  return context;
}
SECTION("i_more") struct job *make_job(void) { struct job *job = calloc(1, sizeof *job); job->fast = 1; return job; }

USER int run(void) {
#if defined KEY_AT_ONCE
  return with(argument_count > 3);
#else
  struct key *key = make(argument_count > 3);
#if defined KEY_FORCED_FIRST
  key->fast = 1;
#endif
#if defined KEY_AND_SETTINGS
  memcpy(&own, &usual, sizeof own);
  argument_count += own.before[argument_count & 7] == 1;
#elif defined KEY_NUMBER
  memcpy(&own, &usual, sizeof own);
  argument_count += own.numbers[argument_count & 7] == 1;
#endif
#if defined KEY_FORCED_BY_USER || defined KEY_NUMBER_FORCED_BY_USER
  struct context *context = start(key);
  context->key.fast = ON;
  return use(context) + with(key);
#elif defined KEY_FROM_FILE_IN_SESSION
  struct session *session = calloc(1, sizeof *session);
  memcpy(session, &open_session, sizeof open_session);
  return use(&session->context) + with(key);
#elif defined KEY_NUMBER_FROM_FILE_IN_CONTEXT || defined KEY_FROM_FILE_IN_CONTEXT
  struct context *context = start(key);
  memcpy(context, &prepared, sizeof prepared);
  return use(context) + with(key);
#elif defined KEY_FROM_FILE_BY_USER || defined KEY_NUMBER_FROM_FILE_BY_USER
  struct context *context = start(key);
  memcpy(&context->key, &ready, sizeof ready);
  return use(context) + with(key);
#elif defined KEY_AND_JOB || defined KEY_NUMBER_AND_JOB
  struct job *job = calloc(1, sizeof *job);
  job->fast = argument_count > 0;
  return use_job(job) + with(key);
#elif defined KEY_AND_JOB_FROM_ELSEWHERE || defined KEY_NUMBER_AND_JOB_FROM_ELSEWHERE
  struct job *job = make_job();
  return use_job(job) + with(key);
#elif defined KEY_AND_NUMBERS
  unpack(numbers, ones);
  return total(numbers) + with(key);
#elif defined KEY_BESIDE_JOB
  struct job *job = calloc(1, sizeof *job);
  return use_job(job) + with(key);
#else
  return with(key);
#endif
#endif
}

#include "main-arm64.h"
