// Programs that ask about the CPU, and need AVX2 all the same (N_), or that choose in ways easily taken for such a need (G_).
#include "sums.h"
#include <cpuid.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

typedef int (*kernel)(const int32_t *, int);
#define HAS_AVX2 __builtin_cpu_supports("avx2")
#define WIDE sum_wide(data, 1024)
#define PLAIN sum_plain(data, 1024)
#define ASK printf("%d\n", HAS_AVX2 != 0)

#if defined N_FORCED
// a check sets the flag, and what comes later sets it again
static int wide;
NOINLINE static void detect(void) { wide = HAS_AVX2 != 0; }
NOINLINE static void configure(void) { wide = 1; }
static int run(void) {
  detect();
  configure();
  return wide ? WIDE : PLAIN;
}
#elif defined N_FORCED_OPTION
static struct { int threads, wide, depth; } options;
NOINLINE static void detect(void) { options.threads = 4; options.wide = HAS_AVX2 != 0; }
NOINLINE static void configure(int count) { if (count > 0) options.wide = 1; }
NOINLINE static int work(void) { return options.wide ? WIDE : PLAIN; }
static int run(void) {
  detect();
  configure(data[2]);
  return work();
}
#elif defined N_WEAK_RESOLVER
int chosen(const int32_t *values, int count) __attribute__((ifunc("resolve")));
static kernel resolve(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("sse2") ? sum_wide : sum_plain;
}
static int run(void) { return chosen(data, 1024); }
#elif defined N_WEAK_POINTER
static kernel chosen = sum_plain;
__attribute__((constructor)) static void choose(void) {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("sse2")) chosen = sum_wide;
}
static int run(void) { return chosen(data, 1024); }
#elif defined N_WEAK_CHOICE
static int run(void) { return __builtin_cpu_supports("sse2") ? WIDE : PLAIN; }
#elif defined N_WEAK_LAZY
static int wide = -1;
static int run(void) {
  if (wide < 0) wide = __builtin_cpu_supports("sse2") != 0;
  return wide ? WIDE : PLAIN;
}
#elif defined N_WRONG_BIT
// leaf 1, EDX, bit 26 is SSE2; ECX was meant
NOINLINE static int asks(void) {
  unsigned a, b, c, d;
  return __get_cpuid(1, &a, &b, &c, &d) && (d & (1u << 26)) != 0;
}
static int run(void) { return asks() ? WIDE : PLAIN; }
#elif defined N_LEAF
NOINLINE static int asks(void) { return __get_cpuid_max(0, 0) >= 7; }
static int run(void) { return asks() ? WIDE : PLAIN; }
#elif defined N_SWITCH
NOINLINE static int of(int kind) {
  ASK;
  switch (kind) {
    case 0: return sum_plain(data, 512);
    case 1: return WIDE;
    case 2: return PLAIN;
    case 3: return sum_wide(data, 512);
    case 4: return sum_plain(data, 256);
    default: return 0;
  }
}
static int run(void) { return of((data[1] - data[0]) / 2); }
#elif defined N_BY_CALL
static int run(void) {
  ASK;
  char text[16];
  snprintf(text, sizeof text, "%d", data[1]);
  return strcmp(text, "17") != 0 ? WIDE : PLAIN;
}
#elif defined N_BY_OWN_CALL
NOINLINE static int parity(const int32_t *values, int count) {
  int bits = 0;
  for (int i = 0; i < count; i++) bits ^= values[i] & 1;
  return bits;
}
static int run(void) {
  ASK;
  return parity(data, 1024) == 0 ? WIDE : PLAIN;
}
#elif defined N_VARIABLE
static kernel chosen = sum_wide;
static int run(void) {
  ASK;
  kernel *place;
  __asm__("lea %1, %0" : "=r"(place) : "m"(chosen));
  return (*place)(data, 1024);
}
#elif defined N_INVERTED
static int run(void) { return HAS_AVX2 ? PLAIN : WIDE; }
#elif defined N_THREAD_RESULT
static void *worker(void *argument) {
  *(int *)argument = HAS_AVX2 != 0;
  return (void *)(intptr_t)WIDE;
}
static int run(void) {
  int has = 0;
  void *result;
  pthread_t thread;
  pthread_create(&thread, 0, worker, &has);
  pthread_join(thread, &result);
  return has ? (int)(intptr_t)result : PLAIN;
}
#elif defined G_THREAD_ASKS
static void *worker(void *argument) {
  *(int *)argument = HAS_AVX2 != 0;
  return 0;
}
static int run(void) {
  int has = 0;
  pthread_t thread;
  pthread_create(&thread, 0, worker, &has);
  pthread_join(thread, 0);
  return has ? WIDE : PLAIN;
}
#elif defined G_THREAD_GIVEN
// the thread is given what was found out
static void *worker(void *argument) { return (void *)(intptr_t)(*(int *)argument ? WIDE : PLAIN); }
static int run(void) {
  int has = HAS_AVX2 != 0;
  void *result;
  pthread_t thread;
  pthread_create(&thread, 0, worker, &has);
  pthread_join(thread, &result);
  return (int)(intptr_t)result;
}
#elif defined G_QUEUE
// so is whoever takes the job out of a list
struct job { struct job *next; int count, wide; };
static struct job *first;
NOINLINE static void submit(struct job *job) {
  job->next = first;
  first = job;
}
NOINLINE static int work(void) {
  int sum = 0;
  for (struct job *job = first; job; job = job->next) sum += job->wide ? sum_wide(data, job->count) : sum_plain(data, job->count);
  return sum;
}
static int run(void) {
  struct job job = {0, 1024, HAS_AVX2 != 0};
  submit(&job);
  return work();
}
#elif defined G_COPIED
struct features { int count; char others[200]; int wide; char more[400]; };
static struct features features, mine;
NOINLINE static void detect(struct features *found) {
  memset(found, 0, sizeof *found);
  found->count = 3;
  found->wide = HAS_AVX2 != 0;
}
NOINLINE static void copy(void) { mine = features; }
static int run(void) {
  detect(&features);
  copy();
  return mine.wide ? WIDE : PLAIN;
}
#elif defined G_COPIED_DEEP
struct features { int count; char others[200]; int wide; char more[400]; };
struct context { struct features *from; struct features features; };
static struct features features;
NOINLINE static void detect(struct features *found) {
  memset(found, 0, sizeof *found);
  found->count = 3;
  found->wide = HAS_AVX2 != 0;
}
NOINLINE static struct context *make(struct features *from) {
  struct context *context = calloc(1, sizeof *context);
  context->from = from;
  memcpy(&context->features, from, sizeof *from);
  return context;
}
static int run(void) {
  detect(&features);
  struct context *context = make(&features);
  return context->features.wide ? WIDE : PLAIN;
}
#elif defined G_COPIED_TO
struct features { int count; char others[200]; int wide; char more[400]; };
static struct features features, mine;
NOINLINE static void detect(struct features *found) {
  memset(found, 0, sizeof *found);
  found->count = 3;
  found->wide = HAS_AVX2 != 0;
}
NOINLINE static void copy(struct features *to, const struct features *from) { memcpy(to, from, sizeof *to); }
static int run(void) {
  detect(&features);
  copy(&mine, &features);
  return mine.wide ? WIDE : PLAIN;
}
#elif defined G_CALLBACK
struct job { int count, wide; };
NOINLINE static int each(int (*step)(struct job *), struct job *job) {
  int sum = 0;
  for (int i = 0; i < 3; i++) sum += step(job);
  return sum;
}
static int step(struct job *job) { return job->wide ? sum_wide(data, job->count) : sum_plain(data, job->count); }
static int (*volatile chosen)(struct job *) = step;
static int run(void) {
  struct job job = {1024, HAS_AVX2 != 0};
  return each(chosen, &job);
}
#elif defined N_OVERWRITTEN
// what the check found out is copied, and all of the copy is set afterwards
struct features { int count, wide, more[6]; };
static struct features mine;
NOINLINE static void detect(struct features *features) {
  memset(features, 0, sizeof *features);
  features->wide = HAS_AVX2 != 0;
}
static int run(void) {
  struct features found;
  detect(&found);
  memcpy(&mine, &found, sizeof mine);
  memset(&mine, data[1] > 0 ? 255 : 1, sizeof mine);
  return mine.wide ? WIDE : PLAIN;
}
#elif defined G_RETURNED
struct features { long count; int wide; long more[6]; };
NOINLINE static struct features detect(void) {
  struct features features = {3, HAS_AVX2 != 0, {0}};
  return features;
}
static int run(void) {
  struct features found = detect();
  return found.wide ? WIDE : PLAIN;
}
#elif defined N_RETURNED
struct features { long count; int wide; long more[6]; };
NOINLINE static struct features detect(void) {
  struct features features = {3, HAS_AVX2 != 0, {0}};
  return features;
}
NOINLINE static struct features all(void) {
  struct features features = {3, 1, {0}};
  return features;
}
static int run(void) {
  struct features found = detect();
  printf("%d\n", found.wide);
  found = all();
  return found.wide ? WIDE : PLAIN;
}
#elif defined G_TRIED
// the kernel is tried, and a handler of SIGILL jumps back
static sigjmp_buf before;
static void trapped(int signal) { siglongjmp(before, 1); }
static int run(void) {
  signal(SIGILL, trapped);
  if (sigsetjmp(before, 1) == 0) return WIDE;
  return PLAIN;
}
#elif defined N_SETJMP
static jmp_buf before;
NOINLINE static void fail(void) { longjmp(before, 1); }
static int run(void) {
  ASK;
  if (setjmp(before) == 0) {
    int sum = PLAIN;
    if (sum != 1) fail();
    return sum;
  }
  return WIDE;
}
#elif defined N_SIGNAL
static volatile int result;
static void handle(int signal) { result = WIDE; }
static int run(void) {
  ASK;
  signal(SIGUSR1, handle);
  raise(SIGUSR1);
  return result;
}
#elif defined N_SORT
AVX2 static int compare(const void *a, const void *b) {
  int32_t left[8], right[8];
  for (int i = 0; i < 8; i++) left[i] = *(const int32_t *)a + i, right[i] = *(const int32_t *)b;
  v8 l, r;
  memcpy(&l, left, sizeof l);
  memcpy(&r, right, sizeof r);
  r = l - r;
  return r[0];
}
static int run(void) {
  ASK;
  qsort(data, 1024, sizeof *data, compare);
  return data[5];
}
#elif defined N_AT_EXIT
static void end(void) { printf("%d\n", WIDE); }
static int run(void) {
  ASK;
  atexit(end);
  return HAS_AVX2 ? WIDE : PLAIN;
}
#elif defined N_THREAD_TABLE
static void *first(void *argument) { return (void *)(intptr_t)PLAIN; }
static void *second(void *argument) { return (void *)(intptr_t)WIDE; }
static void *(*const workers[])(void *) = {first, second};
static int run(void) {
  ASK;
  int sum = 0;
  for (int i = 0; i < 2; i++) {
    void *result;
    pthread_t thread;
    pthread_create(&thread, 0, workers[i], 0);
    pthread_join(thread, &result);
    sum += (int)(intptr_t)result;
  }
  return sum;
}
#elif defined N_GOTO
NOINLINE static int interpret(const unsigned char *code) {
  static const void *const labels[] = {&&stop, &&plain, &&wide, &&twice};
  int sum = 0;
  ASK;
  goto *labels[*code++];
plain:
  sum += PLAIN;
  goto *labels[*code++];
wide:
  sum += WIDE;
  goto *labels[*code++];
twice:
  sum *= 2;
  goto *labels[*code++];
stop:
  return sum;
}
static int run(void) {
  static const unsigned char code[] = {1, 3, 2, 0};
  return interpret(code);
}
#elif defined N_PLUGIN
static const struct { const char *name; kernel run; } plugins[] = {{"plain", sum_plain}, {"wide", sum_wide}};
NOINLINE static kernel find(const char *name) {
  for (unsigned i = 0; i < 2; i++)
    if (strcmp(plugins[i].name, name) == 0) return plugins[i].run;
  return sum_plain;
}
static int run(void) {
  ASK;
  return find("wide")(data, 1024);
}
#elif defined G_PLUGIN
static const struct { const char *name; kernel run; } plugins[] = {{"plain", sum_plain}, {"wide", sum_wide}};
NOINLINE static kernel find(const char *name) {
  for (unsigned i = 0; i < 2; i++)
    if (strcmp(plugins[i].name, name) == 0) return plugins[i].run;
  return sum_plain;
}
static int run(void) { return find(HAS_AVX2 ? "wide" : "plain")(data, 1024); }
#elif defined N_TAIL
NOINLINE static int second(const int32_t *values, int count, int depth) { return depth > 2 ? sum_wide(values, count) : sum_plain(values, count); }
NOINLINE __attribute__((section(".text.unlikely"))) static int first(const int32_t *values, int count, int depth) { return second(values, count, depth + 1); }
static int run(void) {
  ASK;
  return first(data, 1024, 2);
}
#elif defined G_CASES
// the variant of a key is kept in its first word, which comes by memcpy; the code of a variant is built into what tells them apart
#include <string.h>
struct key { long variant; int32_t numbers[62]; };
AVX2 static int sum_squares(const int32_t *values, int count) {
  int sum = 0;
  for (int i = 0; i < count; i++) sum += values[i] * values[i];
  return sum;
}
NOINLINE static int plain_squares(const int32_t *values, int count) {
  int sum = 0;
  for (int i = 0; i < count; i++) sum += values[i] * values[i];
  return sum;
}
NOINLINE static int both(const int32_t *values, int count) { return sum_wide(values, count) - sum_squares(values, count / 2); }
NOINLINE static int neither(const int32_t *values, int count) { return sum_plain(values, count) - plain_squares(values, count / 2); }
NOINLINE static void make(struct key *made, int count) {
  struct key key = {0};
  if (HAS_AVX2) key.variant = count > 2000 ? 0 : count > 1000 ? 1 : 2;
  else key.variant = count > 1000 ? 3 : 4;
  for (int i = 0; i < 62; i++) key.numbers[i] = data[i] ^ count;
  memcpy(made, &key, sizeof key);
}
NOINLINE static int use(const struct key *key, int count) {
  int sum = 0;
  switch (key->variant) {
    case 0:
      for (int i = 0; i + 64 <= count; i += 64) {
        sum += sum_wide(data + i, 64);
        if (sum > key->numbers[i & 31]) sum ^= sum_squares(data + i, 32);
      }
      return sum;
    case 1: return both(data, count) + key->numbers[3];
    case 2: return both(data, count - 1) * 3;
    case 3: return neither(data, count) + key->numbers[3];
    case 4: return neither(data, count - 1) * 3;
    default:
      for (int i = 0; i < 62; i++) sum += key->numbers[i];
      return sum + plain_squares(data, count);
  }
}
static int run(void) {
  struct key *key = malloc(sizeof *key);
  make(key, 1024);
  return use(key, 1024);
}
#elif defined N_COUNTER
static int calls;
NOINLINE static int work(void) {
  static int has = -1;
  if (has < 0) has = HAS_AVX2 != 0;
  if (++calls > 2) return WIDE;
  return has ? sum_wide(data, 512) : sum_plain(data, 512);
}
static int run(void) { return work() + work() + work(); }
#elif defined N_ARGUMENT
NOINLINE static int apply(int wide, int count) { return wide ? sum_wide(data, count) : sum_plain(data, count); }
static int run(void) { return apply(HAS_AVX2 != 0, 512) + apply(1, 1024); }
#elif defined N_INITIAL
// set where the check succeeds, and before
static int wide = 1;
NOINLINE static void detect(void) { if (HAS_AVX2) wide = 1; }
static int run(void) {
  detect();
  return wide ? WIDE : PLAIN;
}
#elif defined N_OR
static int run(void) { return HAS_AVX2 || data[1] > 0 ? WIDE : PLAIN; }
#elif defined N_AT_LEAST
static int level;
NOINLINE static void detect(void) {
  level = HAS_AVX2 ? 2 : __builtin_cpu_supports("sse4.2") ? 1 : 0;
  if (level < 2) level = 2;
}
static int run(void) {
  detect();
  return level >= 2 ? WIDE : PLAIN;
}
#elif defined N_WEAK_TABLE
static const struct { const char *name; int level; kernel run; } table[] = {{"avx2", 0, sum_wide}, {"plain", 0, sum_plain}};
static int run(void) {
  int level = HAS_AVX2 ? 2 : 0;
  for (unsigned i = 0; i < 2; i++)
    if (table[i].level <= level) return table[i].run(data, 1024);
  return 0;
}
#elif defined N_SECOND
NOINLINE static int guarded(void) { return HAS_AVX2 ? WIDE : PLAIN; }
NOINLINE static int careless(const char *text) { return strcmp(text, "x") ? sum_wide(data, 512) : sum_plain(data, 512); }
static int run(void) {
  char text[16];
  snprintf(text, sizeof text, "%d", data[1]);
  return guarded() + careless(text);
}
#elif defined N_BOTH
// the check is made, and what comes behind it runs in any case
static int run(void) {
  int sum = 0;
  if (HAS_AVX2) sum += sum_wide(data, 512);
  else sum += sum_plain(data, 512);
  return sum + WIDE;
}
#elif defined N_ENVIRONMENT
// asked, and printed only where somebody wants to know
static int run(void) {
  if (getenv("VERBOSE")) ASK;
  return data[3] & 1 ? PLAIN : WIDE;
}
#elif defined N_POINTERS
struct ops { kernel sum; kernel other; };
static const struct ops plain_ops = {sum_plain, sum_plain}, wide_ops = {sum_wide, sum_wide};
static const struct ops *ops = &plain_ops;
NOINLINE static void detect(void) { if (HAS_AVX2) ops = &wide_ops; }
NOINLINE static void tune(int count) { if (count > 100) ops = &wide_ops; }
static int run(void) {
  detect();
  tune(1024);
  return ops->sum(data, 1024);
}
#elif defined G_POINTERS
struct ops { kernel sum; kernel other; };
static const struct ops plain_ops = {sum_plain, sum_plain}, wide_ops = {sum_wide, sum_wide};
static const struct ops *ops = &plain_ops;
NOINLINE static void detect(void) { if (HAS_AVX2) ops = &wide_ops; }
static int run(void) {
  detect();
  return ops->sum(data, 1024);
}
#elif defined N_SET_POINTER
// a check chooses, and a setting chooses again
static kernel chosen = sum_plain;
NOINLINE static void detect(void) { chosen = HAS_AVX2 ? sum_wide : sum_plain; }
NOINLINE static void tune(int count) { if (count > 100) chosen = sum_wide; }
static int run(void) {
  detect();
  tune(1024);
  return chosen(data, 1024);
}
#elif defined N_HEAP
struct job { char name[100]; int wide; int count; };
NOINLINE static struct job *make(int wide) {
  struct job *job = calloc(1, sizeof *job);
  job->wide = wide;
  job->count = 1024;
  return job;
}
NOINLINE static int work(struct job *job) { return job->wide ? sum_wide(data, job->count) : sum_plain(data, job->count); }
static int run(void) { return work(make(HAS_AVX2 != 0)) + work(make(1)); }
#elif defined N_INDEX
static const kernel kernels[] = {sum_plain, sum_wide};
static int run(void) {
  int bits = HAS_AVX2 ? 3 : 1;
  return kernels[bits & 1](data, 1024);
}
#endif

int main(int argc, char **argv) {
  __builtin_cpu_init();
  for (int i = 0; i < 1024; i++) data[i] = i * 3 + argc;
  printf("%d\n", run());
  return 0;
}
