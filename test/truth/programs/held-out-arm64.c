// Other kernels and other ways to choose than in dispatch-arm64.c, for measuring only: nothing is tuned on them.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <asm/hwcap.h>

#define NOINLINE __attribute__((noinline))

static uint8_t bytes[512];
static uint64_t counts[64];

NOINLINE static uint32_t dot_plain(const uint8_t *from, int count) {
  uint32_t sum = 0;
  for (int i = 0; i < count; i++) sum += from[i] * from[i];
  return sum;
}
NOINLINE static uint32_t dot_fast(const uint8_t *from, int count) {
  uint32_t sum = 0;
  for (int i = 0; i < count; i += 16) {
    uint32_t part;
    __asm__ volatile("ldr q1, [%1]\n\tmovi v0.4s, #0\n\t.inst 0x6e819420 // udot v0.4s, v1.16b, v1.16b\n\taddv s0, v0.4s\n\tfmov %w0, s0" : "=r"(part) : "r"(from + i) : "v0", "v1", "memory");
    sum += part;
  }
  return sum;
}
NOINLINE static uint64_t add_plain(uint64_t *to, uint64_t value) { return __atomic_fetch_add(to, value, __ATOMIC_SEQ_CST); }
NOINLINE static uint64_t add_fast(uint64_t *to, uint64_t value) {
  uint64_t before;
  __asm__ volatile(".arch_extension lse\n\tldaddal %1, %0, [%2]" : "=r"(before) : "r"(value), "r"(to) : "memory");
  return before;
}
typedef uint32_t (*dot_kernel)(const uint8_t *, int);
typedef uint64_t (*add_kernel)(uint64_t *, uint64_t);

// 1: atomics, 2: and dot products
NOINLINE static int level(void) {
  unsigned long hwcap = getauxval(AT_HWCAP);
  if (!(hwcap & HWCAP_ATOMICS)) return 0;
  return hwcap & HWCAP_ASIMDDP ? 2 : 1;
}
int argument_count;

#if defined H_SWITCH
NOINLINE static uint64_t work(int level) {
  switch (level) {
    case 2: return dot_fast(bytes, 512) + add_fast(counts, 3);
    case 1: return dot_plain(bytes, 512) + add_fast(counts, 3);
    default: return dot_plain(bytes, 512) + add_plain(counts, 3);
  }
}
static uint64_t run(void) { return work(level()); }
#elif defined H_ONCE
static pthread_once_t once = PTHREAD_ONCE_INIT;
static dot_kernel dot;
static add_kernel add;
static void choose(void) {
  int best = level();
  add = best >= 1 ? add_fast : add_plain;
  dot = best >= 2 ? dot_fast : dot_plain;
}
static uint64_t run(void) {
  pthread_once(&once, choose);
  return dot(bytes, 512) + add(counts, 3);
}
#elif defined H_INDEX
static const dot_kernel dot[] = {dot_plain, dot_plain, dot_fast};
static const add_kernel add[] = {add_plain, add_fast, add_fast};
static uint64_t run(void) {
  int best = level();
  return dot[best](bytes, 512) + add[best](counts, 3);
}
#elif defined H_BITFIELD
static struct { unsigned known : 1, add : 1, dot : 1; } features;
NOINLINE static void detect(void) {
  int best = level();
  features.add = best >= 1;
  features.dot = best >= 2;
  features.known = 1;
}
static uint64_t run(void) {
  if (!features.known) detect();
  uint64_t sum = features.dot ? dot_fast(bytes, 512) : dot_plain(bytes, 512);
  return sum + (features.add ? add_fast(counts, 3) : add_plain(counts, 3));
}
#elif defined H_ACCESSOR
struct features { int known, add, dot; };
static struct features detected;
NOINLINE static const struct features *features(void) {
  if (!detected.known) {
    int best = level();
    detected = (struct features){1, best >= 1, best >= 2};
  }
  return &detected;
}
static uint64_t run(void) {
  uint64_t sum = features()->dot ? dot_fast(bytes, 512) : dot_plain(bytes, 512);
  return sum + (features()->add ? add_fast(counts, 3) : add_plain(counts, 3));
}
#elif defined H_RETURNED_STRUCT
struct features { int add, dot; unsigned long family, more[2]; };
NOINLINE static struct features detect(void) {
  int best = level();
  return (struct features){best >= 1, best >= 2, 7};
}
static uint64_t run(void) {
  struct features features = detect();
  uint64_t sum = features.dot ? dot_fast(bytes, 512) : dot_plain(bytes, 512);
  return sum + (features.add ? add_fast(counts, 3) : add_plain(counts, 3));
}
#elif defined H_RETURNED_PAIR
struct features { int add, dot; };
NOINLINE static struct features detect(void) {
  int best = level();
  return (struct features){best >= 1, best >= 2};
}
static uint64_t run(void) {
  struct features features = detect();
  uint64_t sum = features.dot ? dot_fast(bytes, 512) : dot_plain(bytes, 512);
  return sum + (features.add ? add_fast(counts, 3) : add_plain(counts, 3));
}
#elif defined H_GUARD_INSIDE
NOINLINE static uint64_t fast(void) {
  if (level() < 2) return dot_plain(bytes, 512) + add_plain(counts, 3);
  return dot_fast(bytes, 512) + add_fast(counts, 3);
}
static uint64_t run(void) { return fast(); }
#elif defined H_CALLBACK
static int compare(const void *a, const void *b) { return (int)add_fast((void *)a, 0) - (int)add_fast((void *)b, 0); }
static uint64_t run(void) {
  printf("level %d\n", level());
  qsort(counts, 64, sizeof *counts, compare);
  return counts[0];
}
#elif defined H_THREAD
static void *body(void *argument) {
  *(uint64_t *)argument = dot_fast(bytes, 512);
  return 0;
}
static uint64_t run(void) {
  uint64_t result = level();
  pthread_t thread;
  pthread_create(&thread, 0, body, &result);
  pthread_join(thread, 0);
  return result;
}
#elif defined H_AT_EXIT
static void last(void) { printf("%u\n", dot_fast(bytes, 512)); }
static uint64_t run(void) {
  atexit(last);
  return level();
}
#elif defined H_ARGUMENT
// only when asked to, and nobody asks
static uint64_t run(void) {
  if (argument_count > 3) return dot_fast(bytes, 512);
  return dot_plain(bytes, 512) + (level() >= 1 ? add_fast(counts, 3) : add_plain(counts, 3));
}
#elif defined H_HALF
// one of two kernels is guarded
static uint64_t run(void) {
  uint64_t sum = dot_fast(bytes, 512);
  return sum + (level() >= 1 ? add_fast(counts, 3) : add_plain(counts, 3));
}
#elif defined H_WRONG_ORDER
// runs first, asks afterwards
static uint64_t run(void) {
  uint64_t sum = dot_fast(bytes, 512) + add_fast(counts, 3);
  if (level() < 2) {
    fprintf(stderr, "this CPU is too old\n");
    return 1;
  }
  return sum;
}
#elif defined H_ABORT
static uint64_t run(void) {
  if (level() < 2) abort();
  return dot_fast(bytes, 512) + add_fast(counts, 3);
}
#elif defined H_THREAD_LOCAL
static _Thread_local int known, best;
NOINLINE static int level_here(void) {
  if (!known) {
    best = level();
    known = 1;
  }
  return best;
}
static uint64_t run(void) { return level_here() >= 2 ? dot_fast(bytes, 512) + add_fast(counts, 3) : dot_plain(bytes, 512) + add_plain(counts, 3); }
#elif defined H_MASK
// what is there, and what somebody allows
static unsigned allowed = ~0u;
static unsigned there;
void allow(unsigned mask) { allowed = mask; }
NOINLINE static unsigned flags(void) { return there & allowed; }
static uint64_t run(void) {
  int best = level();
  there = 16 | (best >= 1 ? 1 : 0) | (best >= 2 ? 2 : 0);
  uint64_t sum = flags() & 2 ? dot_fast(bytes, 512) : dot_plain(bytes, 512);
  return sum + (flags() & 1 ? add_fast(counts, 3) : add_plain(counts, 3));
}
#elif defined H_INIT_TABLE
// a structure of functions, filled in by one function for each level
struct ops { dot_kernel dot; add_kernel add; int width; };
NOINLINE static void init_plain(struct ops *ops) { *ops = (struct ops){dot_plain, add_plain, 1}; }
NOINLINE static void init_atomics(struct ops *ops) { ops->add = add_fast; }
NOINLINE static void init_dot(struct ops *ops) {
  ops->dot = dot_fast;
  ops->width = 16;
}
static struct ops ops;
static uint64_t run(void) {
  int best = level();
  init_plain(&ops);
  if (best >= 1) init_atomics(&ops);
  if (best >= 2) init_dot(&ops);
  return ops.dot(bytes, 512) + ops.add(counts, 3) + ops.width;
}
#elif defined H_STATIC_TABLES
// one table for each level, and a pointer to the right one
struct ops { dot_kernel dot; add_kernel add; const char *name; };
static const struct ops plain = {dot_plain, add_plain, "plain"}, atomics = {dot_plain, add_fast, "atomics"}, best = {dot_fast, add_fast, "best"};
static const struct ops *chosen = &plain;
static uint64_t run(void) {
  int found = level();
  if (found >= 1) chosen = &atomics;
  if (found >= 2) chosen = &best;
  printf("%s\n", chosen->name);
  return chosen->dot(bytes, 512) + chosen->add(counts, 3);
}
#elif defined H_ENUM_IN_OBJECT
// like Rust's crc32fast: an enum at the beginning of an object that is passed around
struct hasher { int state, sum; };
NOINLINE static struct hasher *create(int sum) {
  struct hasher *hasher = malloc(sizeof *hasher);
  *hasher = (struct hasher){level() >= 2 ? 1 : 0, sum};
  return hasher;
}
NOINLINE static void update(struct hasher *hasher, const uint8_t *from, int count) {
  switch (hasher->state) {
    case 1: hasher->sum += dot_fast(from, count); break;
    default: hasher->sum += dot_plain(from, count);
  }
}
static uint64_t run(void) {
  struct hasher *hasher = create(argument_count);
  update(hasher, bytes, 512);
  update(hasher, bytes + 32, 128);
  return hasher->sum;
}
#elif defined H_ATOMIC_CACHE
// like Rust's memchr: a pointer that points to the function which finds out, at first
static uint32_t find_out(const uint8_t *, int);
static _Atomic(dot_kernel) dot = find_out;
static uint32_t find_out(const uint8_t *from, int count) {
  dot_kernel found = level() >= 2 ? dot_fast : dot_plain;
  atomic_store_explicit(&dot, found, memory_order_relaxed);
  return found(from, count);
}
static uint64_t run(void) { return atomic_load_explicit(&dot, memory_order_relaxed)(bytes, 512); }
#elif defined H_HWCAP_PASSED
NOINLINE static uint64_t with(unsigned long hwcap, unsigned long more) {
  uint64_t sum = (hwcap >> 20) & 1 ? dot_fast(bytes, 512) : dot_plain(bytes, 512);
  if (more & 1) sum++;
  return sum + ((hwcap >> 8) & 1 ? add_fast(counts, 3) : add_plain(counts, 3));
}
static uint64_t run(void) { return with(getauxval(AT_HWCAP), getauxval(AT_HWCAP2)); }
#elif defined H_AUXV_FILE
// /proc/self/auxv, read by hand
static uint64_t run(void) {
  unsigned long entry[2], hwcap = 0;
  FILE *file = fopen("/proc/self/auxv", "rb");
  while (file && fread(entry, sizeof entry, 1, file) == 1)
    if (entry[0] == AT_HWCAP) hwcap = entry[1];
  if (file) fclose(file);
  uint64_t sum = hwcap & HWCAP_ASIMDDP ? dot_fast(bytes, 512) : dot_plain(bytes, 512);
  return sum + (hwcap & HWCAP_ATOMICS ? add_fast(counts, 3) : add_plain(counts, 3));
}
#elif defined H_COUNTED
// the right kernel is the last of those that the CPU can run
static const struct { unsigned long needs; dot_kernel dot; } all[] = {{0, dot_plain}, {HWCAP_ATOMICS, dot_plain}, {HWCAP_ASIMDDP, dot_fast}};
static uint64_t run(void) {
  unsigned long hwcap = getauxval(AT_HWCAP);
  dot_kernel dot = dot_plain;
  for (int i = 0; i < 3; i++)
    if ((all[i].needs & hwcap) == all[i].needs) dot = all[i].dot;
  return dot(bytes, 512);
}
#elif defined H_NEGATED
static int is_old = 1;
__attribute__((constructor)) static void detect(void) { is_old = level() < 2; }
static uint64_t run(void) {
  if (is_old) return dot_plain(bytes, 512) + add_plain(counts, 3);
  return dot_fast(bytes, 512) + add_fast(counts, 3);
}
#elif defined H_PRINTED
// asks, prints, and does not care
static uint64_t run(void) {
  static const char *const names[] = {"plain", "atomics", "dot"};
  printf("%s\n", names[level()]);
  return add_fast(counts, 3);
}
#elif defined H_DEFAULT_FAST
// the fast one is the default, and what would replace it is asked about the wrong thing
static dot_kernel dot = dot_fast;
__attribute__((constructor)) static void choose(void) {
  if (!(getauxval(AT_HWCAP) & HWCAP_ASIMD)) dot = dot_plain;
}
static uint64_t run(void) { return dot(bytes, 512); }
#elif defined H_OR_BY_SIZE
// large inputs go to the fast one, whoever asks
static uint64_t run(void) {
  int count = 256 + 256 * (argument_count > 0);
  return level() >= 2 || count > 300 ? dot_fast(bytes, count) : dot_plain(bytes, count);
}
#elif defined H_AND_BY_SIZE
static uint64_t run(void) {
  int count = 256 + 256 * (argument_count > 0);
  return level() >= 2 && count > 300 ? dot_fast(bytes, count) : dot_plain(bytes, count);
}
#elif defined H_RECURSIVE
NOINLINE static uint64_t halves(const uint8_t *from, int count, int best) {
  if (count <= 64) return best >= 2 ? dot_fast(from, count) : dot_plain(from, count);
  return halves(from, count / 2, best) + halves(from + count / 2, count / 2, best);
}
static uint64_t run(void) { return halves(bytes, 512, level()); }
#elif defined H_RECURSIVE_ALL
NOINLINE static uint64_t halves(const uint8_t *from, int count, int best) {
  if (count <= 64) return best >= 2 ? dot_fast(from, count) : dot_plain(from, count);
  return halves(from, count / 2, best) + halves(from + count / 2, count / 2, 2);
}
static uint64_t run(void) { return halves(bytes, 512, level()); }
#else
#error no style
#endif

int main(int count, char **arguments) {
  (void)arguments;
  argument_count = count;
  for (int i = 0; i < 512; i++) bytes[i] = i * 7;
  for (int i = 0; i < 64; i++) counts[i] = i * 5 % 64;
  printf("%llu\n", (unsigned long long)run());
  return 0;
}
