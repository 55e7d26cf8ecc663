// Ways in which what a check found out comes to a choice by a detour, and ways past it. T_: needs AVX2 only where it is there. U_: needs it.
#include <cpuid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sums.h"

typedef int (*kernel)(const int32_t *, int);
NOINLINE static int has(void) { return __builtin_cpu_supports("avx2") != 0; }
static int32_t other[1024];

struct context { char name[32]; int pad; int level; };
NOINLINE static void set_level(struct context *context, int level) { context->level = level; }
NOINLINE static int with(struct context *context) { return context->level > 1 ? sum_wide(data, 1024) : sum_plain(data, 1024); }

#if defined T_TEXT
NOINLINE static const char *best(void) { return has() ? "wide" : "plain"; }
static int run(void) { return strcmp(best(), "wide") == 0 ? sum_wide(data, 1024) : sum_plain(data, 1024); }
#elif defined T_SETTER
NOINLINE static struct context *make(void) {
  struct context *context = calloc(1, sizeof *context);
  if (has()) set_level(context, 2);
  return context;
}
static int run(void) { return with(make()); }
#elif defined T_SETTER_OF_FRAME
static int run(void) {
  struct context context;
  set_level(&context, 1);
  if (has()) set_level(&context, 2);
  return with(&context);
}
#elif defined T_SETTERS
NOINLINE static void wide(struct context *context) { memset(context, 0, sizeof *context); context->level = 3; }
NOINLINE static void narrow(struct context *context) { memset(context, 0, sizeof *context); context->level = 1; }
static int run(void) {
  struct context context;
  if (has()) wide(&context);
  else narrow(&context);
  return with(&context);
}
#elif defined T_SETTER_OF_VARIABLE
static int level;
NOINLINE static void set(int to) { level = to; }
static int run(void) {
  if (has()) set(2);
  return level > 1 ? sum_wide(data, 1024) : sum_plain(data, 1024);
}
#elif defined T_ASKED || defined U_ASKED_LESS || defined U_ASKED_ASSUMED || defined U_ASKED_FORCED || defined U_ASKED_AGAIN
// libcrux: a function is asked for one feature, and looks at what CPUID said when it was called first
enum feature { HAS_SSE2, HAS_SSE3, HAS_SSSE3, HAS_SSE41, HAS_SSE42, HAS_AVX, HAS_AVX2, HAS_BMI1, HAS_BMI2, HAS_ADX };
static struct { unsigned eax, ebx, ecx, edx; } leaf1, leaf7;
static volatile char initialized;
static volatile int forced;
NOINLINE static void init(void) {
  if (initialized) return;
  __cpuid_count(1, 0, leaf1.eax, leaf1.ebx, leaf1.ecx, leaf1.edx);
  __cpuid_count(7, 0, leaf7.eax, leaf7.ebx, leaf7.ecx, leaf7.edx);
  initialized = 1;
}
NOINLINE static int supports(enum feature feature) {
  init();
  switch (feature) {
    case HAS_SSE2: return leaf1.edx >> 26 & 1;
    case HAS_SSE3: return leaf1.ecx & 1;
    case HAS_SSSE3: return leaf1.ecx >> 9 & 1;
    case HAS_SSE41: return leaf1.ecx >> 19 & 1;
    case HAS_SSE42: return leaf1.ecx >> 20 & 1;
    case HAS_AVX: return (leaf1.ecx & 0x18000000) == 0x18000000;
    case HAS_AVX2:
#if defined U_ASKED_ASSUMED
      return leaf7.ebx & 0x20 ? 2 : 1;
#elif defined U_ASKED_FORCED
      return forced ? 1 : leaf7.ebx >> 5 & 1;
#else
      return (leaf7.ebx & 0x20) != 0 && (leaf1.ecx & 0x18000000) == 0x18000000;
#endif
    case HAS_BMI1: return leaf7.ebx >> 3 & 1;
    case HAS_BMI2: return leaf7.ebx >> 8 & 1;
    case HAS_ADX: return leaf7.ebx >> 19 & 1;
  }
  return 0;
}
NOINLINE static int has_wide(void) { return supports(HAS_AVX2); }
static int run(void) {
#ifdef U_ASKED_LESS
  return supports(HAS_SSE2) ? sum_wide(data, 1024) : sum_plain(data, 1024);
#elif defined U_ASKED_AGAIN
  if (has_wide()) return sum_wide(data, 1024);
  if (supports(HAS_SSE42)) return sum_plain(data, 1024);
  return supports(HAS_SSE3) || supports(HAS_SSE2) ? sum_wide(data, 512) + sum_plain(data + 512, 512) : 0;
#else
#ifdef U_ASKED_FORCED
  forced = 1;
#endif
  return has_wide() ? sum_wide(data, 1024) : sum_plain(data, 1024);
#endif
}
#elif defined T_CALLBACK || defined U_CALLBACK_LESS || defined U_CALLBACK_TWICE || defined U_CALLBACK_KEPT || defined U_CALLBACK_OTHER || defined U_CALLBACK_CALLED
// crypton: who asks the CPU calls what it is given with what it found out
static kernel table[2] = {sum_plain, sum_plain};
static void (*volatile kept)(int, int);
static int initialized;
#ifdef __clang__
#define AS_WRITTEN __attribute__((noinline))
#else
#define AS_WRITTEN __attribute__((noipa))
#endif
AS_WRITTEN void initialize(void (*init)(int, int)) {
  unsigned eax, ebx, ecx, edx;
  if (initialized) return;
  initialized = 1;
  __cpuid_count(7, 0, eax, ebx, ecx, edx);
#if defined U_CALLBACK_KEPT
  kept = init;
#endif
#if defined U_CALLBACK_LESS
  __cpuid(1, eax, ebx, ecx, edx);
  init(edx & 1 << 26, ecx & 1);
#else
  init(ebx & 1 << 5, ebx & 1 << 8);
#endif
#if defined U_CALLBACK_TWICE
  init(1, 0);
#endif
}
NOINLINE static void fill(int wide, int more) {
  if (!wide) return;
  table[0] = sum_wide;
  if (more) table[1] = sum_wide;
}
AS_WRITTEN void with_callback(void (*init)(int, int), int value) { init(value, 0); }
static int run(void) {
  initialize(fill);
#if defined U_CALLBACK_KEPT
  kept(data[3] > 4, 0);
#elif defined U_CALLBACK_OTHER
  with_callback(fill, data[3] > 4);
#elif defined U_CALLBACK_CALLED
  fill(data[3] > 4, 0);
#endif
  return table[0](data, 1024) + table[1](data, 512);
}
#elif defined T_WORD || defined U_WORD_FORCED || defined U_WORD_BEFORE || defined U_WORD_IN_FILE || defined U_WORD_ADDED || defined U_WORD_IN_STRUCTURE || defined U_WORD_POINTED || defined U_WORD_COPIED || defined U_WORD_AGAIN || defined U_WORD_IN_LARGE || defined U_WORD_LARGE_COPIED
// a word of flags that stays as it was but for a bit, or gets another number: with the CPU's bit
static volatile char ready;
#if defined U_WORD_IN_FILE
static int supported = 2;
#elif defined U_WORD_IN_STRUCTURE || defined U_WORD_COPIED
static struct state { long first, second; int flags; } state, others = {1, 2, 2};
#define supported state.flags
#elif defined U_WORD_IN_LARGE || defined U_WORD_LARGE_COPIED
static struct state { long first[60]; int flags; } state, others = {{1}, 2};
#define supported state.flags
#else
static int supported;
#endif
static volatile int more = 3;
#if defined U_WORD_POINTED
static int *volatile where = &supported;
#endif
NOINLINE static void prepare(void) {
#if defined U_WORD_BEFORE
  supported = 2;
#endif
  if (__builtin_cpu_supports("avx2")) supported = 3;
#if defined U_WORD_ADDED
  else supported |= more;
#elif defined U_WORD_AGAIN
  else supported = supported * 2 + 1;
#else
  else supported |= 1;
#endif
#if !defined U_WORD_AGAIN
  ready = 1;
#endif
}
NOINLINE static int sum(int count) {
  if (!ready) prepare();
  return (supported & 2) ? sum_wide(data, count) * 3 : sum_plain(data, count) * 5;
}
#if defined U_WORD_IN_STRUCTURE || defined U_WORD_IN_LARGE
NOINLINE static void set(struct state *state, int flags) { state->flags |= flags; }
#endif
static int run(void) {
  int first = sum(16);
#if defined U_WORD_FORCED
  supported |= 2;
#elif defined U_WORD_IN_STRUCTURE || defined U_WORD_IN_LARGE
  set(more == 3 ? &state : &others, more);
#elif defined U_WORD_POINTED
  *where |= 2;
#elif defined U_WORD_COPIED || defined U_WORD_LARGE_COPIED
  if (more == 3) state = others;
#endif
  return first + sum(1024);
}
#elif defined T_BITS || defined U_BITS_OPTION
// bits for several CPUs in a field, kernels for a multiple of some number of values, and else a loop in place
#include <smmintrin.h>
__attribute__((target("sse4.1"), noinline)) static int sum_narrow(const int32_t *values, int count) {
  __m128i sum = _mm_setzero_si128();
  for (int i = 0; i < count; i += 4) sum = _mm_add_epi32(sum, _mm_mullo_epi32(_mm_loadu_si128((const __m128i *)(values + i)), _mm_set1_epi32(3)));
  return _mm_cvtsi128_si32(sum) + _mm_extract_epi32(sum, 1) + _mm_extract_epi32(sum, 2) + _mm_extract_epi32(sum, 3);
}
struct work { int threads; unsigned flags; void *pool; };
NOINLINE static void set_up(struct work *work) {
  unsigned eax, ebx, ecx, edx;
  memset(work, 0, sizeof *work);
  __cpuid(1, eax, ebx, ecx, edx);
  if (ecx & 1 << 19) work->flags |= 1;
  __cpuid_count(7, 0, eax, ebx, ecx, edx);
  if (ebx & 1 << 5) work->flags |= 4;
}
NOINLINE static int run_with(const struct work *work, const int32_t *values, int count) {
  unsigned flags = work->flags;
  int sum = 0;
  for (int part = 0; part < 4; part++, values += count / 4) {
    int length = count / 4;
    if ((flags & 4) && (length & 15) == 0) sum += sum_wide(values, length);
    else if ((flags & 1) && (length & 7) == 0) sum += sum_narrow(values, length);
    else for (int i = 0; i < length; i++) sum += values[i] * 3;
  }
  return sum;
}
NOINLINE static int with_option(int flags, const int32_t *values, int count) {
  int sum = 0;
  if ((flags & 4) && (count & 15) == 0) sum += sum_wide(values, count);
  else if ((flags & 1) && (count & 7) == 0) sum += sum_narrow(values, count);
  else for (int i = 0; i < count; i++) sum += values[i] * 3;
  return sum;
}
static int run(void) {
  struct work **works = malloc(4 * sizeof *works);
  int sum = 0;
  for (int i = 0; i < 4; i++) set_up(works[i] = malloc(sizeof **works));
  for (int i = 0; i < 4; i++) sum += run_with(works[i], data, 1024);
#ifdef U_BITS_OPTION
  sum += with_option(data[5] > 0 ? 4 : 1, data, 1024);
#endif
  return sum;
}
#elif defined T_GAVE_UP
// zstd: first in the fastest way, which may give up, then by the kernel, behind a header
NOINLINE static int fast(const int32_t *values, int count) { return values[0] > 1000 ? count : 0; }
NOINLINE static int header(const int32_t *values, int count) { return values[0] > 7 ? 8 : count > 5000 ? -1 : 16; }
__attribute__((noinline, visibility("default"))) int decode(const int32_t *values, int count, int flags) {
  int length = header(values, count);
  if (length < 0) return length;
  values += length;
  count -= length;
  if (!(flags & 1)) return count <= 8 ? -20 : sum_plain(values, count);
  if (!(flags & 32)) {
    int sum = fast(values, count);
    if (sum != 0) return sum;
  }
  return sum_wide(values, count);
}
NOINLINE static struct context *make(void) {
  struct context *context = calloc(1, sizeof *context);
  context->level = has();
  return context;
}
NOINLINE static int decode_with(const struct context *context) { return decode(data, 1024, (context->level ? 1 : 0) | (data[0] > 5 ? 32 : 0)); }
static int run(void) {
  struct context **contexts = malloc(8 * sizeof *contexts);
  for (int i = 0; i < 8; i++) contexts[i] = make();
  int sum = 0;
  for (int i = 0; i < 8; i++) sum += decode_with(contexts[i]);
  return sum;
}
#elif defined T_DEAD_TABLE
// nobody names it, and it lies where data begins
__attribute__((used)) static const kernel table[] = {sum_wide, sum_plain};
static int run(void) { return sum_plain(data, 1024); }
#elif defined U_ENVIRONMENT
static int run(void) {
  printf("%d\n", has());
  return getenv("WIDE") ? sum_wide(data, 1024) : sum_plain(data, 1024);
}
#elif defined U_ENVIRONMENT_LEVEL
static int run(void) {
  const char *text = getenv("LEVEL");
  int level = text ? atoi(text) : 0;
  printf("%d\n", has());
  return level > 2 ? sum_wide(data, 1024) : sum_plain(data, 1024);
}
#elif defined U_ENVIRONMENT_TABLE
static const struct { const char *name; kernel run; } table[] = {{"plain", sum_plain}, {"wide", sum_wide}};
static int run(void) {
  const char *name = getenv("KERNEL");
  printf("%d\n", has());
  for (int i = 0; name && i < 2; i++) if (strcmp(table[i].name, name) == 0) return table[i].run(data, 1024);
  return sum_plain(data, 1024);
}
#elif defined T_TAKEN || defined U_TAKEN || defined U_TAKEN_TOO
// fast_rsync: CMOV takes one of two functions of very different size, and another file's function is called before they are used
NOINLINE static int thunk(const int32_t *values, int count) { return sum_wide(values, count); }
#define STEP(i) sum += (values[i] ^ (i)) * 3 - (values[(i) + 1] >> 2);
#define STEPS(i) STEP(i) STEP(i + 1) STEP(i + 2) STEP(i + 3) STEP(i + 4) STEP(i + 5) STEP(i + 6) STEP(i + 7)
NOINLINE static int large(const int32_t *values, int count) {
  int sum = count;
  STEPS(0) STEPS(8) STEPS(16) STEPS(24) STEPS(32) STEPS(40) STEPS(48) STEPS(56) STEPS(64) STEPS(72) STEPS(80) STEPS(88)
  return sum;
}
NOINLINE static void prepare(int32_t *values, const int32_t *from, size_t size) { memcpy(values, from, size), values[0] ^= 1; }
static int run(void) {
#if defined U_TAKEN
  kernel chosen = has() || data[0] < 100 ? thunk : large;
#else
  kernel chosen = has() ? thunk : large;
#endif
  prepare(other, data, 64);
#if defined U_TAKEN_TOO
  kernel volatile kept = thunk;
  return chosen(data, 1024) + kept(other, 1024);
#else
  return chosen(data, 1024) + other[0];
#endif
}
#elif defined T_TRIED || defined U_TRIED
// zstd 1.5.5: where a flag says so, all is left to kernels, of which one is tried first, and else done in place
AVX2 static int tried(const int32_t *values, int count, kernel loop) { return values[0] > 1000 ? loop(values, count) : 0; }
AVX2 static int loop_a(const int32_t *values, int count) { return sum_wide(values, count & ~7) + 1; }
AVX2 static int loop_b(const int32_t *values, int count) { return sum_wide(values, count & ~15) + 2; }
AVX2 static int whole(const int32_t *values, int count) {
  int sum = 0;
  for (int i = 0; i + 8 < count; i++) sum += (values[i] ^ values[i + 3]) * values[i + 7] - (values[i + 5] >> 3) + (values[i + 2] << 1);
  return sum + sum_wide(values, count);
}
NOINLINE static int decode(const int32_t *values, int count, int flags) {
  if (flags & 1) {
    int sum = tried(values, count, flags & 16 ? loop_b : loop_a);
    if (sum != 0) return sum;
    return whole(values, count);
  }
  int sum = 0;
  for (int i = 0; i + 8 < count; i++) sum += (values[i] ^ values[i + 3]) * values[i + 7] - (values[i + 5] >> 3) + (values[i + 2] << 1);
  return sum;
}
struct decoder { int32_t table[7000]; int level; int other; };
static struct decoder *decoders[4];
NOINLINE static void make(int at) {
  struct decoder *decoder = calloc(1, sizeof *decoder);
#if defined U_TRIED
  decoder->level = has() || at > 0;
#else
  decoder->level = has();
#endif
  decoder->other = at > 2;
  decoders[at & 3] = decoder;
}
NOINLINE static int decode_with(const struct decoder *decoder) { return decode(data, 1024, (decoder->level ? 1 : 0) | (decoder->other ? 16 : 0)); }
static int run(void) {
  for (int at = 0; at < 4; at++) make(at);
  int sum = 0;
  for (int at = 0; at < 4; at++) sum += decode_with(decoders[at]);
  return sum;
}
#elif defined T_SEARCHER || defined U_SEARCHER || defined U_SEARCHER_BESIDE
// aho-corasick: an object's number tells which of several kernels it is for, or none; what is short is done by itself
struct searcher { uint8_t kind; int32_t tables[40]; int32_t offset; };
AVX2 static int second(const int32_t *values, int count) { return sum_wide(values, count) ^ 2; }
AVX2 static int third(const int32_t *values, int count) { return sum_wide(values, count) ^ 3; }
NOINLINE static int by_kind(const struct searcher *searcher, const int32_t *values, int count) {
  switch (searcher->kind) {
    case 0: return sum_wide(values, count) + searcher->tables[1];
    case 1: return second(values, count) + searcher->tables[2];
    case 2: return third(values, count) + searcher->tables[3];
    default: return 0;
  }
}
NOINLINE static int simply(const int32_t *offset, const int32_t *values, int count) {
  int sum = *offset;
  for (int i = 0; i < count; i++) sum = sum * 3 + (values[i] ^ i);
  return sum;
}
NOINLINE static int slowly(const struct searcher *searcher, const int32_t *values, int count) { return simply(&searcher->offset, values, count); }
static const int least[4] = {8, 16, 24, 0};
NOINLINE static int find(const struct searcher *searcher, const int32_t *values, int count) {
  if (searcher->kind == 3) return simply(&searcher->offset, values, count);
  return count < least[searcher->kind & 3] ? slowly(searcher, values, count) : by_kind(searcher, values, count);
}
NOINLINE static struct searcher *build(int kind) {
  struct searcher *searcher = calloc(1, sizeof *searcher);
#if defined U_SEARCHER || defined U_SEARCHER_BESIDE
  searcher->kind = kind;
#else
  searcher->kind = has() ? kind : 3;
#endif
  searcher->offset = kind;
  return searcher;
}
#if defined U_SEARCHER_BESIDE
// other objects have what the CPU can do at the same place
struct job { uint8_t wide; int32_t size; struct job *next; };
static struct job *jobs;
NOINLINE static void add(int size) {
  struct job *job = calloc(1, sizeof *job);
  job->wide = has(), job->size = size, job->next = jobs, jobs = job;
}
NOINLINE static int work(void) {
  int sum = 0;
  for (const struct job *job = jobs; job; job = job->next) sum += job->wide ? second(data, job->size) : simply(&job->size, data, job->size);
  return sum;
}
#endif
static int run(void) {
  struct searcher *searcher = build(data[3] & 1);
  int sum = find(searcher, data, 1024);
  free(searcher);
#if defined U_SEARCHER_BESIDE
  for (int size = 64; size < 512; size += 64) add(size);
  sum += work();
#endif
  return sum;
}
#elif defined U_COUNTED
// a number that is counted in vectors is no check
static kernel chosen;
__attribute__((constructor)) static void choose(void) { chosen = has() ? sum_wide : sum_plain; }
static int run(void) {
  int count = 0;
  for (int i = 0; i < 1024; i++) count += data[i] > 4;
  return chosen(data, 1024) + (count > 10 ? sum_wide(other, 1024) : sum_plain(other, 1024));
}
#elif defined U_EXITS
static int run(void) {
  if (!has()) exit(3);
  return sum_wide(data, 1024);
}
#endif

#if defined MODULE
__attribute__((visibility("default"))) void *napi_register_module_v1(void *env, void *exports) {
  for (int i = 0; i < 1024; i++) data[i] = i * 7 % 13;
  printf("%d\n", run());
  return exports;
}
#else
int main(int argc, char **argv) {
  for (int i = 0; i < 1024; i++) data[i] = i * 7 % 13 + argc, other[i] = i;
  printf("%d\n", run());
  return 0;
}
#endif
