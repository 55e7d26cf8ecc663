// Ways to need a kernel, or not, beside a check of the CPU that looks as if it guarded it.
#define _GNU_SOURCE
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "sums-arm64.h"

typedef int (*kernel)(const int32_t *, int);
int argument_count;
#define FAST sum_wide(data, 1024)
#define PLAIN sum_plain(data, 1024)

#if defined FORCED_VARIABLE
// what the check found out is overwritten
static int fast;
NOINLINE static void detect(void) { fast = has(BIT); }
NOINLINE static void force(void) { fast = 1; }
static int run(void) { detect(); force(); return fast ? FAST : PLAIN; }
#elif defined OVERLAID || defined OVERLAID_FORCED
// bytes that are cleared as one word, and then set one by one: MLAS's platform
static struct { unsigned char used, other, level, done; int count; kernel sum; } platform;
NOINLINE static void set_up(void) {
  __asm__ volatile("" ::: "memory");
  *(uint32_t *)&platform = has(OTHER_BIT) ? 0x20000 : 0x10000;
  platform.sum = sum_plain;
  if (has(BIT)) platform.sum = sum_wide;
  if (platform.level == 1 && argument_count > 0) platform.done = 1;
#if defined OVERLAID_FORCED
  if (platform.done) platform.sum = sum_wide;
#endif
  platform.count = platform.level + platform.done;
}
static int run(void) { set_up(); return platform.sum(data, 1024) + platform.count; }
#elif defined FORCED_LATER
static int fast;
__attribute__((constructor)) static void detect(void) { fast = has(BIT); }
NOINLINE static void configure(int count) { if (count > 0) fast = 1; }
static int run(void) { configure(argument_count); return fast ? FAST : PLAIN; }
#elif defined DISABLED_LATER
static int fast;
__attribute__((constructor)) static void detect(void) { fast = has(BIT); }
NOINLINE static void configure(int count) { if (count > 0) fast = 0; }
static int run(void) { configure(argument_count); return fast ? FAST : PLAIN; }
#elif defined JUMPS_BACK
// what says no lies behind the function's end, and jumps back to it
NOINLINE static int allowed(int found) {
  int number = found;
  if (!has(HWCAP_ASIMD)) exit(2);
  if (__builtin_expect(getpid() != 1, 1)) {
    usleep(1);
    return number;
  }
  return 0;
}
static int run(void) { return allowed(1) ? FAST : PLAIN; }
#elif defined FORCED_BY_POINTER
static int fast;
NOINLINE static void set(int *flag, int value) { *flag = value; }
static int run(void) { set(&fast, has(BIT)); if (argument_count > 0) set(&fast, 1); return fast ? FAST : PLAIN; }
#elif defined FORCED_BY_MEMSET
static struct { char fast, more[63]; } features;
NOINLINE static void detect(void) { features.fast = has(BIT); }
static int run(void) { detect(); if (argument_count > 0) memset(&features, 1, sizeof features); return features.fast ? FAST : PLAIN; }
#elif defined FORCED_BITS
static unsigned features;
NOINLINE static void detect(void) { features |= has(BIT) ? 4 : 0; }
NOINLINE static void allow(void) { features |= 6; }
static int run(void) { detect(); allow(); return features & 4 ? FAST : PLAIN; }
#elif defined FORCED_BY_NUMBER
// from somewhere that is no environment variable
static int fast;
NOINLINE static void detect(void) { fast = has(BIT); }
NOINLINE static void configure(void) { fast = argument_count; }
static int run(void) { detect(); configure(); return fast ? FAST : PLAIN; }
#elif defined FORCED_BY_CALL
static int fast;
NOINLINE static void detect(void) { fast = has(BIT); }
NOINLINE static void configure(void) { fast = getpid() != 1234567; }
static int run(void) { detect(); configure(); return fast ? FAST : PLAIN; }
#elif defined FORCED_COPY
struct settings { int fast, width, more[6]; };
static const struct settings defaults = {1, 2, {3}};
static struct settings current;
NOINLINE static void detect(void) { current.fast = has(BIT); }
static int run(void) { detect(); if (argument_count > 0) current = defaults; return current.fast ? FAST : PLAIN; }
#elif defined FORCED_FIELD
struct state { int level, fast, more[8]; };
NOINLINE static struct state *create(void) { struct state *state = calloc(1, sizeof *state); state->fast = has(BIT); return state; }
NOINLINE static void force(struct state *state) { state->fast = 1; }
NOINLINE static int use(struct state *state) { return state->fast ? FAST : PLAIN; }
static int run(void) { struct state *state = create(); force(state); return use(state); }
#elif defined FORCED_FAR_FIELD
struct state { char key[400]; int fast; };
NOINLINE static void init(struct state *state) { memset(state, 0, sizeof *state); state->fast = has(BIT); }
NOINLINE static int use(struct state *state) { return state->fast ? FAST : PLAIN; }
static int run(void) { struct state *state = malloc(sizeof *state); init(state); extern void force(struct state *); force(state); return use(state); }
__asm__(".pushsection .text\n.space 0x8000\n.popsection");
NOINLINE void force(struct state *state) { state->fast = 1; }
#elif defined FAR_FIELD_COPIED
struct state { char key[400]; int fast; };
static const struct state defaults = {"key", 1};
NOINLINE static void init(struct state *state) { state->fast = has(BIT); }
NOINLINE static int use(struct state *state) { return state->fast ? FAST : PLAIN; }
static int run(void) { struct state *state = malloc(sizeof *state); init(state); if (argument_count) memcpy(state, &defaults, sizeof *state); return use(state); }
#elif defined CUT_IN_TWO
// assembly without frames, and a number in data that looks like an address in the middle of it
__asm__(".text\n.balign 16\n.type assembled, %function\nassembled: stp x29, x30, [sp, #-16]!\nmiddle: mov x29, sp\nbl from_assembly\nldp x29, x30, [sp], #16\nret\n"
        ".section .data.rel.ro, \"aw\"\n.balign 8\n.quad middle\n.text");
int assembled(void);
int from_assembly(void) { return FAST; }
static int run(void) { return has(BIT) + assembled(); }
#elif defined KEY_METHODS || defined KEY_METHOD_FORCED
// which kernel a key uses is kept in it by who makes it, and looked at by who uses it
struct key { char schedule[400]; kernel sum; };
struct method { void (*make)(struct key *); int (*use)(struct key *); };
static void make_plain(struct key *key) { key->sum = sum_plain; }
static void make_wide(struct key *key) { key->sum = sum_wide; }
static int use(struct key *key) { return key->sum == sum_wide ? FAST : key->sum(data, 1024); }
static const struct method plain = {make_plain, use}, wide = {make_wide, use};
#ifdef KEY_METHODS
NOINLINE static const struct method *choose(void) { return has(BIT) ? &wide : &plain; }
#else
NOINLINE static const struct method *choose(void) { return has(BIT) || argument_count ? &wide : &plain; }
#endif
static int run(void) { struct key *key = calloc(1, sizeof *key); const struct method *method = choose(); method->make(key); return method->use(key); }
#elif defined FORCED_POINTER
static kernel sum = sum_plain;
NOINLINE static void detect(void) { if (has(BIT)) sum = sum_wide; }
NOINLINE static void force(void) { sum = sum_wide; }
static int run(void) { detect(); if (argument_count) force(); return sum(data, 1024); }
#elif defined FORCED_POINTER_IN_STRUCT
struct ops { kernel sum; int width; };
static struct ops ops;
NOINLINE static void plain_ops(struct ops *ops) { ops->sum = sum_plain; }
NOINLINE static void wide_ops(struct ops *ops) { ops->sum = sum_wide; ops->width = 4; }
static int run(void) { plain_ops(&ops); if (has(BIT)) wide_ops(&ops); if (argument_count > 0) wide_ops(&ops); return ops.sum(data, 1024); }
#elif defined RESOLVER_WEAK
static kernel choose(unsigned long hwcap) { return hwcap & HWCAP_ASIMD ? sum_wide : sum_plain; }
int sum(const int32_t *, int) __attribute__((ifunc("choose")));
static int run(void) { return sum(data, 1024); }
#elif defined RESOLVER_ALWAYS
static kernel choose(unsigned long hwcap) { return hwcap & BIT ? sum_wide : hwcap ? sum_wide : sum_plain; }
int sum(const int32_t *, int) __attribute__((ifunc("choose")));
static int run(void) { return sum(data, 1024); }
#elif defined RESOLVER_INVERTED
static kernel choose(unsigned long hwcap) { return hwcap & BIT ? sum_plain : sum_wide; }
int sum(const int32_t *, int) __attribute__((ifunc("choose")));
static int run(void) { return sum(data, 1024); }
#elif defined RESOLVER_BY_GETAUXVAL
static kernel choose(void) { return getauxval(AT_HWCAP) & BIT ? sum_wide : sum_plain; }
int sum(const int32_t *, int) __attribute__((ifunc("choose")));
static int run(void) { return sum(data, 1024); }
#elif defined RESOLVER_OTHER_BIT
// A CPU with the other bit may lack this one: decided for Cortex-A53 only
static kernel choose(unsigned long hwcap) { return hwcap & (HWCAP_FP | BIT) ? sum_wide : sum_plain; }
int sum(const int32_t *, int) __attribute__((ifunc("choose")));
static int run(void) { return sum(data, 1024); }
#elif defined WEAK_FLAG
static int run(void) { return has(HWCAP_ASIMD) ? FAST : PLAIN; }
#elif defined WEAK_REGISTER
static int run(void) { unsigned long features; __asm__("mrs %0, id_aa64pfr0_el1" : "=r"(features)); return ((features >> 20) & 15) != 15 ? FAST : PLAIN; }
#elif defined SWITCH_BY_NUMBER
NOINLINE static int work(int what) {
  if (has(OTHER_BIT)) puts("other");
  switch (what) {
    case 1: return FAST;
    case 2: return PLAIN + 1;
    case 3: return PLAIN + puts("three");
    case 4: return PLAIN * 3;
    case 5: return PLAIN - puts("five");
    case 6: return getpid();
    default: return 0;
  }
}
static int run(void) { return work(argument_count); }
#elif defined SWITCH_AROUND_CHECK
NOINLINE static int work(int what) {
  switch (what) {
    case 1: return has(BIT) ? FAST : PLAIN;
    case 2: return PLAIN + 1;
    case 3: return PLAIN + puts("three");
    case 4: return PLAIN * 3;
    case 5: return PLAIN - puts("five");
    case 6: return getpid();
    default: return 0;
  }
}
static int run(void) { return work(argument_count); }
#elif defined SWITCH_BEHIND_CHECK
// the check decides which switch is reached, and both use the kernel
NOINLINE static int work(int what, int fast) {
  switch (what + (fast ? 10 : 0)) {
    case 1: return FAST;
    case 2: return PLAIN + 1;
    case 3: return PLAIN + puts("three");
    case 4: return PLAIN * 3;
    case 11: return FAST + 1;
    case 12: return getpid();
    default: return 0;
  }
}
static int run(void) { return work(argument_count, has(BIT)); }
#elif defined OTHER_CALL
NOINLINE static int answer(void) { return getpid() > 0 ? 7 : 2; }
NOINLINE static int work(void) {
  if (has(OTHER_BIT)) puts("other");
  return answer() == 7 ? FAST : PLAIN;
}
static int run(void) { return work(); }
#elif defined OTHER_CALL_OF_LIBRARY
NOINLINE static int work(void) {
  int other = has(BIT);
  return time(0) > 1000 ? FAST : PLAIN + other;
}
static int run(void) { return work(); }
#elif defined OTHER_CALL_AND_CHECK
NOINLINE static int work(void) { return time(0) > 1000 && has(BIT) ? FAST : PLAIN; }
static int run(void) { return work(); }
#elif defined OTHER_CALL_OR_CHECK
NOINLINE static int work(void) { return time(0) > 1000 || has(BIT) ? FAST : PLAIN; }
static int run(void) { return work(); }
#elif defined STRING_COMPARED
NOINLINE static int work(const char *name) {
  if (has(OTHER_BIT)) puts("other");
  if (!strcmp(name, "wide")) return FAST;
  if (!strcmp(name, "plain")) return PLAIN;
  return 0;
}
static int run(void) { char name[8]; snprintf(name, 8, "%s", argument_count > 0 ? "wide" : "plain"); return work(name); }
#elif defined POINTER_VARIABLE
// adrp, add, ldr, blr in a function that asks
kernel sum = sum_wide;
NOINLINE static int work(void) { if (has(OTHER_BIT)) puts("other"); return sum(data, 1024); }
static int run(void) { return work(); }
#elif defined POINTER_VOLATILE
static kernel volatile sum = sum_wide;
static int run(void) { if (has(OTHER_BIT)) puts("other"); return sum(data, 1024); }
#elif defined POINTER_IN_RECORD
static struct { int number; kernel sum, other; } record = {1, sum_wide, sum_plain};
void set_record(kernel other) { record.other = other; }
static int run(void) { if (has(OTHER_BIT)) puts("other"); if (argument_count > 7) set_record(sum_plain); return record.sum(data, 1024); }
#elif defined POINTER_TO_RECORD
struct record { int number; kernel sum, other; };
static struct record records[] = {{1, sum_wide, sum_plain}, {2, sum_plain, sum_plain}};
static struct record *record = records;
static int run(void) { if (has(OTHER_BIT)) puts("other"); if (argument_count > 7) record++; return record->sum(data, 1024); }
#elif defined LOOP_OVER_TABLE
static const struct { const char *name; kernel sum; } table[] = {{"plain", sum_plain}, {"wide", sum_wide}, {"again", sum_plain}};
static int run(void) { int all = has(OTHER_BIT); for (unsigned i = 0; i < 3; i++) all += table[i].sum(data, 1024); return all; }
#elif defined LOOP_OVER_CHECKED_TABLE
static const struct { unsigned long bit; kernel sum; } table[] = {{0, sum_plain}, {BIT, sum_wide}, {0, sum_plain}};
static int run(void) { unsigned long hwcap = getauxval(AT_HWCAP); int all = 0; for (unsigned i = 0; i < 3; i++) if (!table[i].bit || (hwcap & table[i].bit)) all += table[i].sum(data, 1024); return all; }
#elif defined TABLE_ON_STACK
static int run(void) { kernel table[2] = {sum_plain, sum_wide}; int all = has(OTHER_BIT); return all + table[argument_count > 0](data, 1024); }
#elif defined TABLE_IN_MEMORY
static int run(void) { kernel *table = malloc(4 * sizeof *table); table[0] = sum_plain; table[1] = has(BIT) ? sum_wide : sum_plain; table[2] = sum_wide; return table[argument_count * 2](data, 1024); }
#elif defined CALLED_WITH_ONE
// one caller passes what the check says, the other 1
NOINLINE static int work(const int32_t *from, int fast) { return fast ? sum_wide(from, 1024) : sum_plain(from, 1024); }
NOINLINE static int other(void) { return argument_count > 0 ? work(data, 1) : 0; }
static int run(void) { return work(data, has(BIT)) + other(); }
#elif defined CALLED_WITH_KERNEL
NOINLINE static int apply(kernel sum) { return sum(data, 1024); }
NOINLINE static int other(void) { return argument_count > 0 ? apply(sum_wide) : 0; }
static int run(void) { return apply(has(BIT) ? sum_wide : sum_plain) + other(); }
#elif defined CALLED_THROUGH_POINTER_WITH_ONE
NOINLINE static int work(int fast) { return fast ? FAST : PLAIN; }
static int (*volatile call)(int) = work;
static int run(void) { return work(has(BIT)) + call(1); }
#elif defined IN_THREAD
static int fast;
static void *body(void *argument) { fast = argument != 0; return 0; }
static int run(void) { fast = has(BIT); pthread_t thread; pthread_create(&thread, 0, body, data); pthread_join(thread, 0); return fast ? FAST : PLAIN; }
#elif defined IN_SIGNAL
static void handle(int signal) { printf("%d\n", FAST + signal); }
static int run(void) { if (has(OTHER_BIT)) puts("other"); signal(SIGUSR1, handle); raise(SIGUSR1); return 0; }
#elif defined BEHIND_LONGJMP
static jmp_buf back;
NOINLINE static void leave(int with) { longjmp(back, with); }
static int run(void) { int other = has(BIT); if (setjmp(back)) return FAST; leave(2); return other; }
#elif defined LONGJMP_WHERE_MISSING
static jmp_buf back;
NOINLINE static void leave(int with) { longjmp(back, with); }
static int run(void) { if (setjmp(back)) return PLAIN; if (!has(BIT)) leave(2); return FAST; }
#elif defined STATIC_FLAG_ARRAY
static unsigned char features[64];
NOINLINE static void detect(void) { features[20] = has(BIT); }
NOINLINE static void all(unsigned count) { for (unsigned i = 0; i < count; i++) features[i] = 1; }
static int run(void) { detect(); all(argument_count * 64); return features[20] ? FAST : PLAIN; }
#elif defined FLAG_ARRAY_GUARDED
static unsigned char features[64];
NOINLINE static void detect(void) { for (int i = 0; i < 64; i++) features[i] = has(1ul << i); features[20] = has(BIT); }
static int run(void) { detect(); return features[20] ? FAST : PLAIN; }
#elif defined RETURNED_OTHERWISE
// asks, but says 1 where somebody wants it
NOINLINE static int supported(int anyway) { if (anyway) return 1; return has(BIT); }
static int run(void) { return supported(argument_count) ? FAST : PLAIN; }
#elif defined COUNTED_LEVEL
// level is raised by a number that has nothing to do with the CPU
static int level;
NOINLINE static void detect(void) { level = has(BIT) ? 2 : 0; }
NOINLINE static void raise_level(void) { level += 2 * argument_count; }
static int run(void) { detect(); raise_level(); return level >= 2 ? FAST : PLAIN; }
#elif defined LOWERED_LEVEL
static int level;
NOINLINE static void detect(void) { level = has(BIT) ? 2 : 0; }
NOINLINE static void lower(void) { if (level > argument_count) level = argument_count; }
static int run(void) { detect(); lower(); return level >= 1 ? FAST : PLAIN; }
#elif defined WEAK_CACHE
// what is cached before the check is taken for what it said
static int known, fast = 1;
NOINLINE static void detect(void) { if (argument_count > 5) { fast = has(BIT); known = 1; } }
static int run(void) { detect(); return fast ? FAST : PLAIN; }
#elif defined SWAPPED
static kernel first = sum_plain, second = sum_wide;
static int run(void) { if (has(BIT)) { kernel other = first; first = second; second = other; } return first(data, 1024); }
#elif defined SWAPPED_ALWAYS
static kernel first = sum_plain, second = sum_wide;
static int run(void) { kernel other = first; first = second; second = other; if (has(BIT)) puts("fast"); return first(data, 1024); }
#elif defined TWO_OBJECTS
struct state { int fast, sum; };
NOINLINE static struct state *make(int fast) { struct state *state = malloc(sizeof *state); state->fast = fast; return state; }
NOINLINE static int use(struct state *state) { return state->fast ? FAST : PLAIN; }
static int run(void) { struct state *one = make(has(BIT)), *other = make(argument_count); return use(one) + use(other); }
#elif defined OBJECT_ON_STACK
struct state { int level, sum; };
NOINLINE static void init(struct state *state) { state->level = has(BIT); state->sum = 0; }
NOINLINE static int use(struct state *state) { return state->level ? FAST : PLAIN; }
static int run(void) { struct state state; init(&state); return use(&state); }
#elif defined OBJECTS_ON_STACK
struct state { int level, sum; };
NOINLINE static void init(struct state *state) { state->level = has(BIT); state->sum = 0; }
NOINLINE static int use(struct state *state) { return state->level ? FAST : PLAIN; }
static int run(void) { struct state state, other = {argument_count, 3}; init(&state); return use(&state) + use(&other); }
#elif defined FIRST_WORD_ENUM
// crc32fast: an enum in the first word, and objects of other kinds with a first word
struct state { int level; unsigned sum; };
struct other { int level; char text[20]; };
NOINLINE static void init(struct state *state) { state->level = has(BIT) ? 1 : 0; state->sum = 0; }
NOINLINE static void fill(struct other *other) { other->level = argument_count + 1; strcpy(other->text, "text"); }
NOINLINE static int use(struct state *state) { return state->level ? FAST : PLAIN; }
static int run(void) { struct state *state = malloc(sizeof *state); struct other *other = malloc(sizeof *other); init(state); fill(other); return use(state) + other->text[0]; }
#elif defined VARIANT || defined VARIANT_MADE_TWICE || defined VARIANT_PASSED
// what Rust's compiler makes of an enum: the variant in a word, its content behind that
const char *volatile place_of_panic = "/rustc/0000/library/core/src/panicking.rs";
struct state { int variant, sum; long amount; };
static struct state *volatile state;
NOINLINE static void make(struct state *made) { made->variant = has(BIT) ? 1 : 0; made->sum = 3; made->amount = 0; }
#if defined VARIANT_MADE_TWICE
NOINLINE static void make_again(struct state *made, int sum) { made->variant = 1; made->sum = sum; made->amount = 0; }
#elif defined VARIANT_PASSED
NOINLINE static void make_again(struct state *made, int variant) { made->variant = variant; made->sum = 4; made->amount = 0; }
#endif
NOINLINE static int update(struct state *state) {
  state->amount += 1024;
  return state->variant == 1 ? FAST + state->sum : PLAIN;
}
static int run(void) {
  state = malloc(sizeof *state);
  make(state);
#if !defined VARIANT
  make_again(state, data[2] > 0 ? 1 : 0);
#endif
  return update(state);
}
#elif defined VARIANT_PART || defined VARIANT_HANDED_ON
// the same, where an object on the stack, with that number in its first word, is given to who calls what looks at the variant
const char *volatile place_of_panic = "/rustc/0000/library/core/src/panicking.rs";
struct state { int variant, sum; long amount; };
struct decoder { long position, size, kind; struct state state; };
struct result { int kind, count; long size; };
static struct decoder *volatile decoder;
NOINLINE static void make(struct state *made) { made->variant = has(BIT) ? 1 : 0; made->sum = 3; made->amount = 0; }
NOINLINE static int update(struct state *state) {
  state->amount += 1024;
  return state->variant == 1 ? FAST + state->sum : PLAIN;
}
#ifdef VARIANT_PART
NOINLINE static int decode(struct result *result, struct decoder *decoder) { result->size += decoder->size; return update(&decoder->state); }
NOINLINE static int parse(struct decoder *decoder, int size) {
  struct result result = {1, size, size};
  int sum = decode(&result, decoder);
  return sum + result.count + (int)result.size;
}
#else
NOINLINE static int decode(struct state *state, long size) { decoder->size += size; return update(state); }
NOINLINE static int parse(struct decoder *decoder, int size) {
  struct state state = {1, size, size};
  int sum = decode(&state, decoder->size);
  return sum + state.sum + (int)state.amount;
}
#endif
static int run(void) {
  decoder = calloc(1, sizeof *decoder);
  make(&decoder->state);
  return update(&decoder->state) + parse(decoder, data[2]);
}
#elif defined PROBED || defined PROBED_AND_IGNORED
// PostgreSQL's way: the instruction is tried, and SIGILL caught; nothing asks the system
static sigjmp_buf back;
static void caught(int signal) { (void)signal; siglongjmp(back, 1); }
NOINLINE static void set_handler(int number, void (*handler)(int)) {
  struct sigaction action = {.sa_handler = handler};
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, 0);
}
NOINLINE static int available(void) {
  int result = -1;
  set_handler(SIGILL, caught);
  if (sigsetjmp(back, 1) == 0) result = FAST != 1;
  set_handler(SIGILL, SIG_DFL);
  return result > 0;
}
static int choose(const int32_t *, int);
static kernel sum = choose;
static int choose(const int32_t *from, int count) { sum = available() ? sum_wide : sum_plain; return sum(from, count); }
#if defined PROBED
static int run(void) { return sum(data, 1024); }
#else
static int run(void) { int result = sum(data, 1024); return result + FAST; }
#endif
#elif defined HANDLER_OF_CRASHES
// nothing is tried: whatever goes wrong is told to the user
static sigjmp_buf back;
static void caught(int signal) { siglongjmp(back, signal); }
static int run(void) {
  if (has(OTHER_BIT)) puts("other");
  signal(SIGILL, caught);
  int went_wrong = sigsetjmp(back, 1);
  if (went_wrong) {
    signal(went_wrong, SIG_DFL);
    raise(went_wrong);
  }
  return FAST;
}
#elif defined COPIED_FIELD || defined COPIED_FROM_FILE || defined COPIED_AND_FORCED
// aws-lc's way: a bit in a key says which kernel to use, and the key is copied into what is worked with
struct key { char data[400]; unsigned char fast : 1, other : 1; };
struct context { char before[80]; struct key key; int sum; };
static const struct key ready = {"key", 1};
NOINLINE static void init(struct key *key, int other) { memset(key, 0, sizeof *key); key->other = other; key->fast = has(BIT); }
NOINLINE static int use(struct context *context) { return context->key.fast ? FAST : PLAIN; }
NOINLINE static int with(const struct key *key) {
  struct context context;
  memset(&context, 0, sizeof context);
  memcpy(&context.key, key, sizeof *key);
#if defined COPIED_AND_FORCED
  struct context *volatile forced = &context;
  forced->key.fast = 1;
#endif
  return use(&context);
}
static int run(void) {
  struct key *key = malloc(sizeof *key);
  init(key, argument_count > 3);
#if defined COPIED_FROM_FILE
  struct context *context = malloc(sizeof *context);
  memcpy(&context->key, &ready, sizeof ready);
  return with(key) + use(context);
#else
  return with(key);
#endif
}
#elif defined ROWS || defined ROWS_SHARED || defined ROWS_BEFORE || defined ROWS_BEHIND || defined ROWS_TOLD || defined ROWS_FORCED || defined ROWS_NAMED
// rows of names, operations and a function that says whether the CPU will do (OpenSSL's algorithms); and the same where the operations are in a
// row without such a function, too, beside one, where that function asks nothing, where somebody sets what it says, and by name
typedef struct {
  int size;
  kernel run;
} operations;
static const operations plain = {4, sum_plain}, wide = {32, sum_wide};
static int capabilities;
__attribute__((constructor)) static void detect(void) { capabilities = has(BIT) ? 6 : 2; }
NOINLINE static int is_wide_capable(void) { return (capabilities & 4) != 0; }
NOINLINE static int is_told(void) { return 0; }
typedef struct {
  const char *name, *properties;
  const operations *operations;
  const char *description;
  int (*is_capable)(void);
} row;
static const row rows[] = {
    {"sum", "default", &plain, NULL, NULL},
#ifdef ROWS_BEFORE
    {"other", "default", &wide, NULL, NULL},
    {"sum:wide", "fast", &plain, NULL, is_wide_capable},
#elif defined ROWS_TOLD
    {"other", "default", &wide, NULL, is_told},
    {"sum:wide", "fast", &plain, NULL, is_wide_capable},
#else
    {"sum:wide", "fast", &wide, NULL, is_wide_capable},
#endif
#ifdef ROWS_SHARED
    {"other", "default", &wide, NULL, NULL},
#elif defined ROWS_BEHIND
    {"other", "default", &(const operations){8, sum_wide}, NULL, NULL},
#endif
    {"last", "default", &plain, NULL, NULL},
};
static const operations *usable[8];
NOINLINE static int offer(const row *row, int count) {
  int found = 0;
  for (int i = 0; i < count; i++) {
#ifdef ROWS_TOLD
    if (row[i].is_capable == NULL || row[i].is_capable() || row[i].is_capable == is_told) usable[found++] = row[i].operations;
#else
    if (row[i].is_capable == NULL || row[i].is_capable()) usable[found++] = row[i].operations;
#endif
  }
  return found;
}
NOINLINE static void configure(int count) {
#ifdef ROWS_FORCED
  if (count > 0) capabilities |= 4;
#elif defined ROWS_NAMED
  static const operations *named = &wide;
  if (count > 0) usable[7] = named;
#endif
}
static int run(void) {
  int sum = 0;
  configure(argument_count);
  for (int i = 0, count = offer(rows, sizeof rows / sizeof *rows); i < count; i++) sum += usable[i]->run(data, 1024);
  return usable[7] != NULL ? usable[7]->run(data, 1024) : sum;
}
#else
#error no style
#endif

#include "main-arm64.h"
