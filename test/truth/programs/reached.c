// Ways in which ordinary code comes to a kernel with AVX2 without asking, in programs that ask for another one (guarded()).
// With -DSHARED both are the same kernel.
#define _GNU_SOURCE
#include "sums.h"
#include <cpuid.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <search.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef int (*kernel)(const int32_t *, int);
#define HAS_AVX2 __builtin_cpu_supports("avx2")

AVX2 static int peak_wide(const int32_t *values, int count) {
  v8 peak = {0};
  for (int i = 0; i < count; i += 8) {
    v8 part;
    memcpy(&part, values + i, sizeof part);
    v8 larger = part > peak;
    peak = (part & larger) | (peak & ~larger);
  }
  int result = 0;
  for (int i = 0; i < 8; i++) result = peak[i] > result ? peak[i] : result;
  return result;
}
NOINLINE static int peak_plain(const int32_t *values, int count) {
  int peak = 0;
  for (int i = 0; i < count; i++) peak = values[i] > peak ? values[i] : peak;
  return peak;
}
#ifdef SHARED
#define WIDE_KERNEL sum_wide
#define PLAIN_KERNEL sum_plain
#else
#define WIDE_KERNEL peak_wide
#define PLAIN_KERNEL peak_plain
#endif
#define WIDE WIDE_KERNEL(data, 1024)
#define PLAIN PLAIN_KERNEL(data, 1024)

NOINLINE static int guarded(void) { return HAS_AVX2 ? sum_wide(data, 512) : sum_plain(data, 512); }

#if defined R_THREAD
static void *work(void *argument) { return (void *)(intptr_t)WIDE; }
static int run(void) {
  pthread_t thread;
  void *result;
  pthread_create(&thread, 0, work, 0);
  pthread_join(thread, &result);
  return (int)(intptr_t)result;
}
#elif defined R_POOL
// a queue of jobs, each a function and what it works on
struct job { struct job *next; int (*function)(void *); void *argument; };
static struct job *queue;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int wide_job(void *argument) { return WIDE_KERNEL(argument, 1024); }
static int plain_job(void *argument) { return PLAIN_KERNEL(argument, 1024); }
NOINLINE static void submit(int (*function)(void *), void *argument) {
  struct job *job = malloc(sizeof *job);
  job->function = function;
  job->argument = argument;
  pthread_mutex_lock(&lock);
  job->next = queue;
  queue = job;
  pthread_mutex_unlock(&lock);
}
static void *worker(void *argument) {
  intptr_t sum = 0;
  for (;;) {
    pthread_mutex_lock(&lock);
    struct job *job = queue;
    if (job) queue = job->next;
    pthread_mutex_unlock(&lock);
    if (!job) return (void *)sum;
    sum += job->function(job->argument);
    free(job);
  }
}
static int run(void) {
  submit(plain_job, data);
  submit(wide_job, data);
  pthread_t thread;
  void *result;
  pthread_create(&thread, 0, worker, 0);
  pthread_join(thread, &result);
  return (int)(intptr_t)result;
}
#elif defined R_SORT
static int by_sum(const void *a, const void *b) { return WIDE_KERNEL(a, 8) - WIDE_KERNEL(b, 8); }
static int run(void) {
  qsort(data, 64, 64, by_sum);
  return data[7];
}
#elif defined R_TREE
static int by_sum(const void *a, const void *b) { return WIDE_KERNEL(a, 8) - WIDE_KERNEL(b, 8); }
static int run(void) {
  void *root = 0;
  for (int i = 0; i < 4; i++) tsearch(data + 8 * i, &root, by_sum);
  return root != 0;
}
#elif defined R_SIGNAL
static volatile int result;
static void handle(int signal, siginfo_t *info, void *context) { result = WIDE; }
static int run(void) {
  struct sigaction action = {0};
  action.sa_sigaction = handle;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGUSR1, &action, 0);
  raise(SIGUSR1);
  return result;
}
#elif defined R_AT_EXIT
static void end(void) { printf("%d\n", WIDE); }
static int run(void) { return atexit(end); }
#elif defined R_DESTRUCTOR
__attribute__((destructor)) static void end(void) { printf("%d\n", WIDE); }
static int run(void) { return 0; }
#elif defined R_CONSTRUCTOR
static int result;
__attribute__((constructor(200))) static void begin(void) { result = WIDE; }
static int run(void) { return result; }
#elif defined R_RESOLVER_AVX
// AVX is not AVX2
int chosen(const int32_t *values, int count) __attribute__((ifunc("resolve")));
static kernel resolve(void) {
  unsigned a, b, c, d;
  __cpuid(1, a, b, c, d);
  return c & (1u << 19) ? WIDE_KERNEL : PLAIN_KERNEL; // SSE4.1, and meant was AVX2
}
static int run(void) { return chosen(data, 1024); }
#elif defined R_RESOLVER_LEAF
int chosen(const int32_t *values, int count) __attribute__((ifunc("resolve")));
static kernel resolve(void) {
  unsigned a, b, c, d;
  __cpuid(0, a, b, c, d);
  return a >= 4 ? WIDE_KERNEL : PLAIN_KERNEL;
}
static int run(void) { return chosen(data, 1024); }
#elif defined R_RESOLVER_PAGE
int chosen(const int32_t *values, int count) __attribute__((ifunc("resolve")));
static kernel resolve(void) { return WIDE_KERNEL; }
static int run(void) { return chosen(data, 1024); }
#elif defined R_VENDOR
NOINLINE static int is_known(void) {
  unsigned a, b, c, d;
  __cpuid(0, a, b, c, d);
  return (b == 0x756e6547 && d == 0x49656e69) || (b == 0x68747541 && d == 0x69746e65);
}
static int run(void) { return is_known() ? WIDE : PLAIN; }
#elif defined R_DLSYM
__attribute__((visibility("default"))) int plugin_run(const int32_t *values, int count) { return WIDE_KERNEL(values, count); }
static int run(void) {
  kernel found = (kernel)dlsym(RTLD_DEFAULT, "plugin_run");
  return found ? found(data, 1024) : PLAIN;
}
#elif defined R_LONGJMP
static jmp_buf before;
NOINLINE static void fail(int code) { longjmp(before, code); }
NOINLINE static int parse(int n) { if (n > 10) fail(3); return n; }
static int run(void) {
  int code = setjmp(before);
  if (code == 0) return parse(data[9]);
  return code == 3 ? WIDE : PLAIN;
}
#elif defined R_GOTO
NOINLINE static int interpret(const unsigned char *code) {
  static const void *const labels[] = {&&stop, &&plain, &&wide, &&twice};
  int sum = 0;
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
#elif defined R_SWITCH
NOINLINE static int execute(int operation, int n) {
  switch (operation) {
    case 0: return PLAIN_KERNEL(data, n);
    case 1: return PLAIN_KERNEL(data + 8, n) * 3;
    case 2: return WIDE_KERNEL(data, n);
    case 3: return PLAIN_KERNEL(data, n) - 7;
    case 4: return WIDE_KERNEL(data + 8, n) ^ 5;
    case 5: return n * 77;
    default: return -1;
  }
}
static int run(void) {
  int sum = 0;
  for (int i = 0; i < 6; i++) sum += execute((data[i] / 3) % 6, 512);
  return sum;
}
#elif defined R_COLD
NOINLINE __attribute__((cold)) static int rare(int n) { return WIDE_KERNEL(data, n); }
static int run(void) { return __builtin_expect(data[3] < 100, 0) ? rare(1024) : PLAIN; }
#elif defined R_WEAK
int fallback(const int32_t *values, int count) { return WIDE_KERNEL(values, count); }
int hook(const int32_t *values, int count) __attribute__((weak, alias("fallback")));
static int run(void) { return hook ? hook(data, 1024) : PLAIN; }
#elif defined R_HEAP
struct engine { char name[40]; kernel run; int count; };
NOINLINE static struct engine *open_engine(const char *name) {
  struct engine *engine = calloc(1, sizeof *engine);
  strcpy(engine->name, name);
  engine->run = strcmp(name, "slow") ? WIDE_KERNEL : PLAIN_KERNEL;
  engine->count = 1024;
  return engine;
}
NOINLINE static int use(struct engine *engine) { return engine->run(data, engine->count); }
static int run(void) { return use(open_engine("fast")); }
#elif defined R_REGISTERED
// a list that initializers put themselves into
struct codec { const char *name; kernel run; struct codec *next; };
static struct codec *codecs;
NOINLINE static void add(struct codec *codec) { codec->next = codecs; codecs = codec; }
static struct codec plain_codec = {"plain", PLAIN_KERNEL}, wide_codec = {"wide", WIDE_KERNEL};
__attribute__((constructor)) static void add_plain(void) { add(&plain_codec); }
__attribute__((constructor)) static void add_wide(void) { add(&wide_codec); }
static int run(void) {
  int sum = 0;
  for (struct codec *codec = codecs; codec; codec = codec->next) sum += codec->run(data, 1024);
  return sum;
}
#elif defined R_STATES
// each state says which is next
struct machine { int count, sum; };
typedef void *(*state)(struct machine *);
static void *last(struct machine *machine) { return 0; }
static void *wide_state(struct machine *machine) { machine->sum += WIDE_KERNEL(data, machine->count); return last; }
static void *plain_state(struct machine *machine) { machine->sum += PLAIN_KERNEL(data, machine->count); return machine->count > 100 ? wide_state : last; }
static int run(void) {
  struct machine machine = {1024, 0};
  for (state next = plain_state; next;) next = (state)next(&machine);
  return machine.sum;
}
#elif defined R_CALLBACK
struct visitor { int (*visit)(void *, const int32_t *, int); void *data; };
static int visit(void *result, const int32_t *values, int count) { return *(int *)result += WIDE_KERNEL(values, count); }
NOINLINE static int walk(const struct visitor *visitor, int depth) {
  if (depth == 0) return visitor->visit(visitor->data, data, 512);
  return walk(visitor, depth - 1) + walk(visitor, depth - 1);
}
static int run(void) {
  int result = 0;
  struct visitor visitor = {visit, &result};
  return walk(&visitor, 3);
}
#elif defined R_NUMBERED
// numbers and functions, as providers of OpenSSL hand them out
struct numbered { int id; void (*function)(void); };
static int init(const int32_t *values, int count) { return count; }
static int update(const int32_t *values, int count) { return PLAIN_KERNEL(values, count); }
static int final(const int32_t *values, int count) { return WIDE_KERNEL(values, count); }
static const struct numbered entries[] = {{1, (void (*)(void))init}, {2, (void (*)(void))update}, {5, (void (*)(void))update}, {6, (void (*)(void))final}, {0, 0}};
struct method { kernel init, update, other, final; };
NOINLINE static struct method *fetch(const struct numbered *entry) {
  struct method *method = calloc(1, sizeof *method);
  for (; entry->id; entry++) switch (entry->id) {
      case 1: method->init = (kernel)entry->function; break;
      case 2: method->update = (kernel)entry->function; break;
      case 5: method->other = (kernel)entry->function; break;
      case 6: method->final = (kernel)entry->function; break;
    }
  return method;
}
static int run(void) {
  struct method *method = fetch(entries);
  return method->init(data, 1024) + method->update(data, 1024) + method->final(data, 1024);
}
#elif defined R_NAMED_NUMBERED
struct numbered { const char *name; int id, flags; kernel run; };
static const struct numbered entries[] = {{"a", 1, 2, PLAIN_KERNEL}, {"b", 2, 0, PLAIN_KERNEL}, {"c", 3, 7, PLAIN_KERNEL}, {"d", 4, 1, WIDE_KERNEL}, {0}};
NOINLINE static kernel find(const char *name) {
  for (const struct numbered *entry = entries; entry->name; entry++)
    if (strcmp(entry->name, name) == 0) return entry->run;
  return 0;
}
static int run(void) { return find("d")(data, 1024); }
#elif defined R_ALIGNED
// the fast way for what lies well
NOINLINE static int sum(const int32_t *values, int count) { return ((uintptr_t)values & 31) == 0 ? WIDE_KERNEL(values, count) : PLAIN_KERNEL(values, count); }
static int run(void) {
  int32_t *values = aligned_alloc(64, 4096);
  memcpy(values, data, 4096);
  return sum(values, 1024);
}
#elif defined R_LENGTH
NOINLINE static int sum(const int32_t *values, int count) { return count >= 16 ? WIDE_KERNEL(values, count & ~7) : PLAIN_KERNEL(values, count); }
static int run(void) {
  int sums = 0;
  for (int i = 0; i < 4; i++) sums += sum(data, data[i] / 3 * 16 + 4);
  return sums;
}
#elif defined R_TYPE
struct column { int type, count; const int32_t *values; };
NOINLINE static int sum(const struct column *column) { return column->type == 2 ? WIDE_KERNEL(column->values, column->count) : PLAIN_KERNEL(column->values, column->count); }
static int run(void) {
  struct column *columns = calloc(3, sizeof *columns);
  int sums = 0;
  for (int i = 0; i < 3; i++) columns[i].type = data[i] / 3, columns[i].count = 512, columns[i].values = data;
  for (int i = 0; i < 3; i++) sums += sum(columns + i);
  return sums;
}
#elif defined R_FLAGS
struct image { int width, height, flags; int32_t *pixels; };
NOINLINE static int process(const struct image *image) { return image->flags & 4 ? WIDE_KERNEL(image->pixels, image->width) : PLAIN_KERNEL(image->pixels, image->width); }
NOINLINE static struct image *load(int n) {
  struct image *image = calloc(1, sizeof *image);
  image->width = 1024;
  image->flags = n;
  image->pixels = data;
  return image;
}
static int run(void) { return process(load(data[2])); } // data[2] is 7
#elif defined R_FAILED
static int run(void) {
  int file = open("/nonexistent/config", 0);
  return file < 0 && errno == ENOENT ? WIDE : PLAIN;
}
#elif defined R_OPTION
static int run(void) {
  char *arguments[] = {"program", "-f", "17", 0};
  int fast = 0, option;
  while ((option = getopt(3, arguments, "f:s")) != -1) {
    if (option == 'f') fast = atoi(optarg);
  }
  return fast ? WIDE : PLAIN;
}
#elif defined R_TEXT
static int run(void) {
  char text[32];
  snprintf(text, sizeof text, "mode=%d", data[1]);
  return strstr(text, "=4") ? WIDE : PLAIN;
}
#elif defined R_FILE
static int run(void) {
  char line[64] = "";
  FILE *file = fopen("/proc/self/comm", "r");
  if (file) { if (!fgets(line, sizeof line, file)) return 0; fclose(file); }
  return line[0] != '#' ? WIDE : PLAIN;
}
#elif defined R_VARIADIC
NOINLINE static int all(int count, ...) {
  va_list list;
  int sum = 0;
  va_start(list, count);
  while (count-- > 0) sum += va_arg(list, kernel)(data, 512);
  va_end(list);
  return sum;
}
static int run(void) { return all(2, PLAIN_KERNEL, WIDE_KERNEL); }
#elif defined R_TABLE_2D
static const kernel kernels[3][2] = {{PLAIN_KERNEL, PLAIN_KERNEL}, {PLAIN_KERNEL, WIDE_KERNEL}, {WIDE_KERNEL, PLAIN_KERNEL}};
static int run(void) {
  int sum = 0;
  for (int i = 0; i < 3; i++) sum += kernels[(data[i] / 3) % 3][i & 1](data, 512) + kernels[(data[i] / 3) % 3][~i & 1](data, 512);
  return sum;
}
#elif defined R_STATIC_POINTER
static int fast_sum(const int32_t *values, int count) { return WIDE_KERNEL(values, count); }
static struct { int version; kernel sum; } backend = {3, fast_sum};
NOINLINE void set_backend(kernel sum) { backend.sum = sum; }
static int run(void) {
  if (data[3] == 12345) set_backend(PLAIN_KERNEL);
  return backend.sum(data, 1024);
}
#elif defined R_LAZY
static kernel chosen;
NOINLINE static void choose(void) { chosen = sysconf(_SC_NPROCESSORS_ONLN) > 0 ? WIDE_KERNEL : PLAIN_KERNEL; }
static int run(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, choose);
  return chosen(data, 1024);
}
#elif defined R_CONTEXT
// a level in what is handed around, which the check sets and the default of a configuration raises
struct context { int level, threads; };
NOINLINE static void detect(struct context *context) { context->level = HAS_AVX2 ? 2 : 0; }
NOINLINE static void configure(struct context *context, int minimum) { if (context->level < minimum) context->level = minimum; }
NOINLINE static int work(const struct context *context) { return context->level >= 2 ? WIDE : PLAIN; }
static int run(void) {
  struct context *context = calloc(1, sizeof *context);
  detect(context);
  configure(context, data[0] + 1);
  return work(context);
}
#elif defined R_TAIL
// what is left over needs it as well
NOINLINE static int sum(const int32_t *values, int count) {
  int has = HAS_AVX2 != 0, total = 0;
  if (has) for (; count >= 64; count -= 64, values += 64) total += WIDE_KERNEL(values, 64);
  else for (; count >= 64; count -= 64, values += 64) total += PLAIN_KERNEL(values, 64);
  if (count >= 8) total += WIDE_KERNEL(values, count & ~7);
  return total;
}
static int run(void) { return sum(data, 1000); }
#elif defined R_CLEANUP
static void finish(int **values) { printf("%d\n", WIDE_KERNEL(*values, 1024)); }
static int run(void) {
  __attribute__((cleanup(finish))) int *values = data;
  return PLAIN;
}
#elif defined R_KEY
static pthread_key_t key;
static void gone(void *value) { printf("%d\n", WIDE_KERNEL(value, 1024)); }
static void *work(void *argument) { pthread_setspecific(key, data); return 0; }
static int run(void) {
  pthread_t thread;
  pthread_key_create(&key, gone);
  pthread_create(&thread, 0, work, 0);
  pthread_join(thread, 0);
  return 0;
}
#elif defined R_NESTED
// GCC puts code that leads to it on the stack
NOINLINE static int each(int (*step)(int)) { return step(512) + step(1024); }
static int run(void) {
  int base = data[4];
  int step(int n) { return WIDE_KERNEL(data, n) + base; }
  return each(step);
}
#elif defined R_COOKIE
static ssize_t write_wide(void *cookie, const char *bytes, size_t length) { *(int *)cookie += WIDE; return length; }
static int run(void) {
  int sum = 0;
  FILE *file = fopencookie(&sum, "w", (cookie_io_functions_t){.write = write_wide});
  fputs("text", file);
  fclose(file);
  return sum;
}
#elif defined R_MASKED
// a set of bits of which the check clears one, and another leads to the kernel
NOINLINE static unsigned capabilities(void) { return HAS_AVX2 ? 7 : 3; }
static int run(void) { return capabilities() & 2 ? WIDE : PLAIN; }
#elif defined R_COUNTED
NOINLINE static int levels(void) { return 1 + (__builtin_cpu_supports("sse2") != 0) + (HAS_AVX2 != 0); }
static int run(void) { return levels() > 1 ? WIDE : PLAIN; }
#elif defined R_RETRIED
// an error is answered by doing it again in another way
NOINLINE static int try_plain(int *result) { *result = PLAIN; return *result > 0 ? -1 : 0; }
NOINLINE static int try_wide(int *result) { *result = WIDE; return 0; }
static int run(void) {
  int result;
  if (try_plain(&result) != 0) try_wide(&result);
  return result;
}
#elif defined R_THREADED
static __thread kernel current = WIDE_KERNEL;
static int run(void) { return current(data, 1024); }
#elif defined R_COPIED_OPS
struct ops { int version; kernel sum, peak; void *more[4]; };
static const struct ops defaults = {1, PLAIN_KERNEL, WIDE_KERNEL};
NOINLINE static struct ops *copy_of(const struct ops *from) {
  struct ops *ops = malloc(sizeof *ops);
  memcpy(ops, from, sizeof *ops);
  return ops;
}
static int run(void) { struct ops *ops = copy_of(&defaults); return ops->sum(data, 512) + ops->peak(data, 512); }
#elif defined R_HANDED || defined R_HANDED_ASKED
// small functions that hand a kernel over to one that calls it for each block; which, jobs say (HANDED_ASKED: in objects beside those that keep the check)
struct job { int kind; int length; };
struct state { int wide; int length; };
NOINLINE static int on_blocks(kernel function, const int32_t *values, int count) {
  int sum = 0;
  for (int i = 0; i < count; i += 256) sum += function(values + i, 256);
  return sum;
}
NOINLINE static int on_wide(const int32_t *values, int count) { return on_blocks(WIDE_KERNEL, values, count); }
NOINLINE static int on_plain(const int32_t *values, int count) { return on_blocks(PLAIN_KERNEL, values, count); }
NOINLINE static struct job *job_of(int kind) {
  struct job *job = malloc(sizeof *job);
  job->kind = kind;
  job->length = 1024;
  return job;
}
NOINLINE static int run_job(struct job *job) { return job->kind == 1 ? on_wide(data, job->length) : on_plain(data, job->length); }
#ifdef R_HANDED_ASKED
NOINLINE static int run_state(struct state *state) { return state->wide ? sum_wide(data, state->length) : sum_plain(data, state->length); }
#endif
static int run(void) {
  int sum = 0;
#ifdef R_HANDED_ASKED
  struct state *state = malloc(sizeof *state);
  state->length = 512;
  state->wide = HAS_AVX2 != 0;
  sum += run_state(state);
#endif
  for (int kind = 0; kind < 3; kind++) sum += run_job(job_of(kind));
  return sum;
}
#elif defined R_BLOCKS || defined R_BLOCKS_ASKED
// a kernel for many blocks, which jobs ask for, and one function for each block that chooses by the CPU (BLOCKS_ASKED: as HANDED_ASKED)
struct job { int kind; int length; };
AVX2 static int all_wide(const int32_t *values, int count) {
  v8 sum = {0};
  for (int i = 0; i < count; i += 8) {
    v8 part;
    memcpy(&part, values + i, sizeof part);
    sum += part * part;
  }
  return sum[0] + sum[3] + sum[7];
}
NOINLINE static int each(const int32_t *values, int count) { return HAS_AVX2 ? sum_wide(values, count) : sum_plain(values, count); }
NOINLINE static int run_job(const struct job *job) {
  if (job->kind == 4) return all_wide(data, job->length);
  int sum = 0;
  for (int i = 0; i < job->length; i += 64) sum += each(data + i, 64);
  return sum;
}
NOINLINE static struct job *job_of(int kind) {
  struct job *job = malloc(sizeof *job);
  job->kind = kind;
  job->length = 1024;
  return job;
}
#ifdef R_BLOCKS_ASKED
struct state { int wide; int length; };
NOINLINE static int run_state(struct state *state) { return state->wide ? sum_wide(data, state->length) : sum_plain(data, state->length); }
#endif
static int run(void) {
  int sum = 0;
#ifdef R_BLOCKS_ASKED
  struct state *state = malloc(sizeof *state);
  state->length = 512;
  state->wide = HAS_AVX2 != 0;
  sum += run_state(state);
#endif
  for (int kind = 0; kind < 8; kind++) sum += run_job(job_of(kind));
  return sum;
}
#elif defined R_GAVE_UP
// jobs that say by a bit which kernel they want, first in a way that may give up
struct job { int flags; int length; };
NOINLINE static int fast(const int32_t *values, int count) { return values[0] > 1000 ? count : 0; }
NOINLINE static int run_job(const struct job *job) {
  if (job->flags & 1) {
    if (!(job->flags & 32)) {
      int sum = fast(data, job->length);
      if (sum != 0) return sum;
    }
    return WIDE_KERNEL(data, job->length);
  }
  if (job->length <= 8) return -20;
  return PLAIN_KERNEL(data, job->length);
}
NOINLINE static struct job *job_of(int flags) {
  struct job *job = malloc(sizeof *job);
  job->flags = flags;
  job->length = 1024;
  return job;
}
static int run(void) {
  int sum = 0;
  for (int flags = 0; flags < 8; flags++) sum += run_job(job_of(flags));
  return sum;
}
#elif defined R_VARIANTS
// operations that are told apart by a number: for one the address of a kernel is taken, for another that of one for another CPU, and then called
__attribute__((target("ssse3"), noinline)) static int least_ssse3(const int32_t *values, int count) {
  typedef char b16 __attribute__((vector_size(16)));
  b16 least = {0}, reverse = {15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
  for (int i = 0; i < count; i += 4) {
    b16 part;
    memcpy(&part, values + i, sizeof part);
    least ^= __builtin_ia32_pshufb128(part, reverse);
  }
  return least[0];
}
struct job { int kind; int length; };
NOINLINE static int run_job(const struct job *job) {
  kernel function;
  if (job->kind == 0) function = WIDE_KERNEL;
  else if (job->kind == 1) function = least_ssse3;
  else return PLAIN_KERNEL(data, job->length);
  int sum = 0;
  for (int i = 0; i < job->length; i += 256) sum += function(data + i, 256);
  return sum;
}
static struct job jobs[] = {{0, 1024}, {1, 512}, {2, 256}};
static int run(void) {
  int sum = 0;
  for (int i = 0; i < 3; i++) sum += run_job(&jobs[i]);
  return sum;
}
#endif

int main(int argc, char **argv) {
  __builtin_cpu_init();
  for (int i = 0; i < 1024; i++) data[i] = i * 3 + argc;
  printf("%d\n", guarded());
  printf("%d\n", run());
  return 0;
}
