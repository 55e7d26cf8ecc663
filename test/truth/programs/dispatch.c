// One kernel in plain C and with AVX2, and every way in which programs choose between them. -DSTYLE=name picks one.
#include <cpuid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sums.h"

NOINLINE static int cpuid_has_avx2(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) || !(c & bit_AVX)) return 0;
  unsigned low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  if ((low & 6) != 6) return 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
  return (b & bit_AVX2) != 0;
}

typedef int (*kernel)(const int32_t *, int);

#if defined BUILTIN
static int run(void) { return __builtin_cpu_supports("avx2") ? sum_wide(data, 1024) : sum_plain(data, 1024); }
#elif defined IFUNC
static kernel resolve(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") ? sum_wide : sum_plain;
}
int chosen(const int32_t *, int) __attribute__((ifunc("resolve")));
static int run(void) { return chosen(data, 1024); }
#elif defined CLONES
__attribute__((target_clones("avx2", "default"), noinline)) int cloned(const int32_t *values, int count) {
  int sum = 0;
  for (int i = 0; i < count; i++) sum += values[i] ^ i;
  return sum;
}
static int run(void) { return cloned(data, 1024); }
#elif defined CONSTRUCTOR
static kernel chosen = sum_plain;
__attribute__((constructor)) static void choose(void) {
  if (cpuid_has_avx2()) chosen = sum_wide;
}
static int run(void) { return chosen(data, 1024); }
#elif defined LAZY
static int has_avx2 = -1;
static int run(void) {
  if (has_avx2 < 0) has_avx2 = cpuid_has_avx2();
  return has_avx2 ? sum_wide(data, 1024) : sum_plain(data, 1024);
}
#elif defined TABLE
static const struct { const char *name; int level; kernel run; } table[] = {{"avx2", 2, sum_wide}, {"plain", 0, sum_plain}};
static int run(void) {
  int level = cpuid_has_avx2() ? 2 : 0;
  for (unsigned i = 0; i < 2; i++)
    if (table[i].level <= level) return table[i].run(data, 1024);
  return 0;
}
#elif defined OPS
struct ops { kernel sum; };
static struct ops *operations;
NOINLINE static void initialize(struct ops *ops, unsigned flags) {
  ops->sum = sum_plain;
  if (flags & 32) ops->sum = sum_wide;
}
static int run(void) {
  operations = malloc(sizeof *operations);
  initialize(operations, cpuid_has_avx2() ? 32 : 0);
  return operations->sum(data, 1024);
}
#elif defined FIELD
struct context { char pad[200]; int bmi; int avx2; };
NOINLINE static int with(struct context *context) {
  return context->avx2 ? sum_wide(data, 1024) : sum_plain(data, 1024);
}
static int run(void) {
  struct context *context = calloc(1, sizeof *context);
  context->avx2 = cpuid_has_avx2();
  return with(context);
}
#elif defined EXIT
static int run(void) {
  if (!__builtin_cpu_supports("avx2")) {
    fprintf(stderr, "this program needs AVX2\n");
    exit(1);
  }
  return sum_wide(data, 1024);
}
#elif defined EXIT_THEN_CHOICE
// what ends the program is about SSE4.2; AVX2 is a choice like any other
static int run(void) {
  if (!__builtin_cpu_supports("sse4.2")) {
    fprintf(stderr, "this program needs SSE4.2\n");
    exit(1);
  }
  return __builtin_cpu_supports("avx2") ? sum_wide(data, 1024) : sum_plain(data, 1024);
}
#elif defined UNGUARDED
static int run(void) { return sum_wide(data, 1024); }
#elif defined GETENV
static int run(void) { return getenv("WIDE") ? sum_wide(data, 1024) : sum_plain(data, 1024); }
#elif defined DEAD
__attribute__((used)) static int never(void) { return sum_wide(data, 1024); }
static int run(void) { return sum_plain(data, 1024); }
#elif defined PRINTED
static int run(void) {
  printf("avx2: %d\n", cpuid_has_avx2());
  return sum_wide(data, 1024);
}
#elif defined POINTER
static kernel volatile chosen = sum_wide;
static int run(void) { return chosen(data, 1024); }
#elif defined POINTER_PRINTED
static kernel volatile chosen = sum_wide;
static int run(void) {
  printf("avx2: %d\n", cpuid_has_avx2());
  return chosen(data, 1024);
}
#elif defined WEAK_GUARD
// tests SSE4.2, runs AVX2
static int run(void) { return __builtin_cpu_supports("sse4.2") ? sum_wide(data, 1024) : sum_plain(data, 1024); }
#elif defined OVERRIDE
static unsigned flags;
__attribute__((constructor)) static void choose(void) {
  const char *text = getenv("FLAGS");
  flags = text ? (unsigned)strtoul(text, 0, 0) : cpuid_has_avx2() ? 32 : 0;
}
static int run(void) { return flags & 32 ? sum_wide(data, 1024) : sum_plain(data, 1024); }
#elif defined MIXED
// one dispatched kernel, and one unit that somebody compiled with too much
AVX2 static int other_unit(int32_t *values, int count) {
  for (int i = 0; i < count; i += 8) {
    v8 part;
    memcpy(&part, values + i, sizeof part);
    part = part * 3 + 1;
    memcpy(values + i, &part, sizeof part);
  }
  return values[7];
}
static int run(void) {
  int first = other_unit(data, 1024);
  return first + (__builtin_cpu_supports("avx2") ? sum_wide(data, 1024) : sum_plain(data, 1024));
}
#elif defined SWITCH
// an enumeration that the check chooses, and a table of jumps
enum level { LEVEL_PLAIN, LEVEL_SSE2, LEVEL_SSE41, LEVEL_AVX, LEVEL_AVX2, LEVEL_AVX512 };
NOINLINE static enum level best(void) {
  if (cpuid_has_avx2()) return LEVEL_AVX2;
  return LEVEL_SSE2;
}
NOINLINE static int with(enum level level) {
  switch (level) {
    case LEVEL_PLAIN: return sum_plain(data, 1024);
    case LEVEL_SSE2: return sum_plain(data, 1024) + 0;
    case LEVEL_SSE41: return sum_plain(data + 1, 1023) + data[0];
    case LEVEL_AVX: return sum_plain(data + 2, 1022) + data[0] + data[1];
    case LEVEL_AVX2: return sum_wide(data, 1024);
    default: return -1;
  }
}
static int run(void) { return with(best()); }
#elif defined SMALL_FIELD
// a flag near the start of a structure, as zstd keeps it
struct context { void *memory; int bmi; int wide; };
NOINLINE static int with(struct context *context) {
  return context->wide ? sum_wide(data, 1024) : sum_plain(data, 1024);
}
NOINLINE static struct context *create(void) {
  struct context *context = calloc(1, sizeof *context);
  if (context) context->wide = cpuid_has_avx2();
  return context;
}
static int run(void) { return with(create()); }
#elif defined THREAD_LOCAL
static __thread kernel chosen;
static int run(void) {
  if (!chosen) chosen = cpuid_has_avx2() ? sum_wide : sum_plain;
  return chosen(data, 1024);
}
#elif defined EARLY_RETURN
NOINLINE static int with(int flags) {
  if ((flags & 32) == 0) return sum_plain(data, 1024);
  return sum_wide(data, 1024);
}
static int run(void) { return with(cpuid_has_avx2() << 5); }
#elif defined FLAGS
// flags of a structure, gathered in a vector and stored four at a time, as newer compilers do of themselves
#include <emmintrin.h>
static struct { int known, sse3, ssse3, sse41, avx2; } flags;
NOINLINE static void look(void) {
  unsigned a, b, c, d, leaf7 = 0;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return;
  __get_cpuid_count(7, 0, &a, &leaf7, &b, &d);
  flags.known = 1;
  _mm_storeu_si128((__m128i *)&flags.sse3, _mm_set_epi32(leaf7 >> 5 & 1, c >> 19 & 1, c >> 9 & 1, c & 1));
}
static int run(void) {
  look();
  return flags.avx2 ? sum_wide(data, 1024) : sum_plain(data, 1024);
}
#elif defined OTHER_FIELD
// the same place in another structure says something else
struct context { char pad[200]; int avx2; };
struct options { char pad[200]; int fast; };
NOINLINE static int with(struct context *context) { return context->avx2; }
NOINLINE static int work(struct options *options) { return options->fast ? sum_wide(data, 1024) : sum_plain(data, 1024); }
static int run(void) {
  struct context *context = calloc(1, sizeof *context);
  context->avx2 = cpuid_has_avx2();
  printf("avx2: %d\n", with(context));
  struct options *options = calloc(1, sizeof *options);
  options->fast = 1;
  return work(options);
}
#elif defined CHOICE
// a choice between like functions that has nothing to do with the CPU, beside a check
static int run(void) {
  printf("avx2: %d\n", cpuid_has_avx2());
  return data[3] == 21 ? sum_wide(data, 1024) : sum_plain(data, 1024);
}
#elif defined TABLE_PRINTED
// all in a table run, whatever the check says
static kernel volatile table[] = {sum_plain, sum_wide};
static int run(void) {
  printf("avx2: %d\n", cpuid_has_avx2());
  int sum = 0;
  for (unsigned i = 0; i < 2; i++) sum += table[i](data, 1024);
  return sum;
}
#elif defined INITIALIZER
static int early;
__attribute__((constructor)) static void start(void) { early = sum_wide(data, 1024); }
static int run(void) {
  printf("avx2: %d\n", cpuid_has_avx2());
  return early + sum_plain(data, 1024);
}
#elif defined DEEP
// several calls down, beside a check
NOINLINE static int third(int *values) { return sum_wide(values, 1024) + 1; }
NOINLINE static int second(int *values) {
  for (int i = 0; i < 4; i++) values[i]++;
  return third(values);
}
NOINLINE static int first(int *values) { return second(values) * 2; }
static int run(void) {
  int plain = sum_plain(data, 1024);
  return first(data) + plain + (__builtin_cpu_supports("avx2") ? sum_wide(data, 512) : sum_plain(data, 512));
}
#elif defined BY_INDEX
// one function says what its argument asks for
static unsigned words[4];
NOINLINE static unsigned word(int index) {
  if (!words[3]) {
    words[2] = cpuid_has_avx2();
    words[3] = 1;
  }
  return words[index];
}
static int run(void) { return word(2) ? sum_wide(data, 1024) : sum_plain(data, 1024); }
#elif defined WITHHELD
// an object is cleared, and only a check that succeeds stores to it
struct features { char known[200]; int wide; };
NOINLINE static void look(struct features *features) {
  if (cpuid_has_avx2()) features->wide = 3;
}
NOINLINE static struct features *make(struct features *features) {
  memset(features, 0, sizeof *features);
  look(features);
  return features;
}
NOINLINE static int work(struct features **holder) { return (*holder)->wide == 3 ? sum_wide(data, 1024) : sum_plain(data, 1024); }
static int run(void) {
  struct features *features = make(malloc(sizeof *features));
  return work(&features);
}
#elif defined MIDDLE
// assembly that jumps into the middle of the next function, with what it saw in a register
static unsigned has_avx2;
__attribute__((constructor)) static void look(void) { has_avx2 = cpuid_has_avx2(); }
int choose(const int32_t *, int);
__attribute__((used)) static int call_wide(const int32_t *values, int count) { return sum_wide(values, count); }
__attribute__((used)) static int call_plain(const int32_t *values, int count) { return sum_plain(values, count); }
__attribute__((used)) static unsigned *const word = &has_avx2;
__asm__(".text\n"
        ".globl choose\n.hidden choose\n.type choose,@function\n"
        "choose:\n.cfi_startproc\nmov word(%rip), %r11\nmov (%r11), %r11d\njmp .Lgo_on\n.cfi_endproc\n.size choose,.-choose\n"
        ".type chosen,@function\n.p2align 4\n"
        "chosen:\n.cfi_startproc\nmov %rsp, %rax\n.Lgo_on:\nand $1, %r11d\njne call_wide\njmp call_plain\n.cfi_endproc\n.size chosen,.-chosen\n");
static int run(void) { return choose(data, 1024); }
#elif defined TWO_TABLES
// two switches: one on what the check found out, and one where the address of a table is in the same register
__attribute__((used)) static unsigned long capabilities;
__attribute__((constructor)) static void look(void) { capabilities = cpuid_has_avx2() ? 32 : 0; }
int choose(const int32_t *, int, unsigned, unsigned);
__attribute__((used)) static int call_wide(const int32_t *values, int count) { return sum_wide(values, count); }
__attribute__((used)) static int call_plain(const int32_t *values, int count) { return sum_plain(values, count); }
__attribute__((used)) static int call_half(const int32_t *values, int count) { return sum_plain(values, count / 2); }
#define JUMP(table) "lea " table "(%rip), %rcx\nmovslq (%rcx,%rdx,4), %rax\nadd %rcx, %rax\njmp *%rax\n"
__asm__(".section .rodata\n.p2align 6\n.skip 32\n"
        ".Lfirst: .long .Lchosen-.Lfirst, .Lchosen-.Lfirst, .Lnone-.Lfirst, .Lchosen-.Lfirst\n.skip 16\n.p2align 6\n.skip 32\n"
        ".Lsecond: .long .Lhalf-.Lsecond, .Lnone-.Lsecond, .Lnone-.Lsecond, .Lhalf-.Lsecond\n"
        ".text\n.type choose,@function\n"
        "choose:\n.cfi_startproc\nmov capabilities(%rip), %r8\ncmp $3, %edx\nja .Lother\nmov %edx, %edx\n" JUMP(".Lfirst")
        ".Lother:\nlea .Lsecond(%rip), %r8\nmov %ecx, %edx\ncmp $3, %edx\nja .Lnone\n" JUMP(".Lsecond")
        ".p2align 4\n.Lhalf:\njmp call_half\n.Lchosen:\ntest $32, %r8b\njne call_wide\n.Lnone:\njmp call_plain\n.cfi_endproc\n.size choose,.-choose\n.section .text\n");
static int run(void) { return choose(data, 1024, data[0], data[1]); }
#elif defined OBJECT_FLAG || defined OBJECT_FLAG_SET
// a flag near the start of an object, which is set where the check succeeds and looked at from then on: so glibc elides locks
struct lock { int state, owner; unsigned kind; };
static int wide;
__attribute__((constructor)) static void look(void) { wide = cpuid_has_avx2(); }
NOINLINE static int with(struct lock *lock) {
  unsigned kind = lock->kind & 0x17f;
  if (kind == 0) {
    if (wide) {
      if ((lock->kind & 0x300) == 0) {
        lock->kind |= 0x100;
        goto wide;
      }
    }
    return sum_plain(data, 1024);
  }
  if (kind == 0x100) {
  wide:
    lock->owner = 1;
    return sum_wide(data, 1024);
  }
  return sum_plain(data, 512);
}
NOINLINE static struct lock *create(void) {
  struct lock *lock = malloc(sizeof *lock);
  lock->state = lock->owner = 0;
#if defined OBJECT_FLAG_SET
  lock->kind = 0x100;
#else
  lock->kind = data[0];
#endif
  return lock;
}
static int run(void) {
  struct lock *lock = create();
  return with(lock) + with(lock);
}
#elif defined COMPARED || defined COMPARED_SET
// a pointer that is compared with a kernel: what was chosen for other sizes says what to do here
static kernel volatile chosen = sum_plain;
__attribute__((constructor)) static void choose(void) {
#if defined COMPARED_SET
  chosen = data[3] == 0 ? sum_wide : sum_plain;
  if (cpuid_has_avx2()) data[4] = 1;
#else
  if (cpuid_has_avx2()) chosen = sum_wide;
#endif
}
static int run(void) {
  if (chosen == sum_wide) return sum_wide(data, 512) + sum_wide(data + 512, 512);
  return chosen(data, 1024);
}
#elif defined DEFAULT
// an object that is made for any CPU, and then for better ones
struct platform { kernel sum; void *others[20]; long block, least; };
static struct platform platform;
NOINLINE static void make(struct platform *platform) {
  platform->sum = sum_plain;
  platform->block = 8;
  platform->least = 4;
  if (cpuid_has_avx2()) {
    platform->sum = sum_wide;
    platform->block = 16;
  }
}
NOINLINE static struct platform *get(void) {
  static int made;
  if (!made) make(&platform);
  made = 1;
  return &platform;
}
NOINLINE static long block(void) { return get()->block; }
static int run(void) { return block() == 16 ? sum_wide(data, 512) + sum_wide(data + 512, 512) : get()->sum(data, 1024); }
#elif defined CASES
// cases of a switch, beside a check: each adds to what the case before did, so that only the table leads to the first
NOINLINE static int with(unsigned kind) {
  int sum = 0;
  switch (kind) {
    case 6: sum += sum_plain(data, 8);
    case 5: sum += sum_wide(data, 1024);
    case 4: sum += sum_plain(data, 16);
    case 3: sum *= 3;
    case 2: sum += sum_plain(data, 32);
    case 1: sum ^= 1;
  }
  return sum;
}
static int run(void) {
  printf("avx2: %d\n", cpuid_has_avx2());
  return with(data[3] - 15);
}
#else
#error no style
#endif

int main(void) {
  for (int i = 0; i < 1024; i++) data[i] = i * 7;
  printf("%d\n", run());
  return 0;
}
