// Every way in which programs choose between a plain kernel and one with a feature of later CPUs. -DSTYLE picks the way.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sums-arm64.h"

typedef int (*kernel)(const int32_t *, int);

#if defined FLAG
static int run(void) { return getauxval(AT_HWCAP) & BIT ? sum_wide(data, 1024) : sum_plain(data, 1024); }
#elif defined HELPER
static int run(void) {
  int other = has(HWCAP_ASIMD) ? 1 : 0;
  return other + (has(BIT) ? sum_wide(data, 1024) : sum_plain(data, 1024));
}
#elif defined IFUNC
static kernel resolve(unsigned long hwcap) { return hwcap & BIT ? sum_wide : sum_plain; }
int chosen(const int32_t *, int) __attribute__((ifunc("resolve")));
static int run(void) { return chosen(data, 1024); }
#elif defined MRS
static int run(void) {
  uint64_t id = 0;
  if (getauxval(AT_HWCAP) & HWCAP_CPUID) {
#if defined SVE
    __asm__("mrs %0, ID_AA64PFR0_EL1" : "=r"(id));
#else
    __asm__("mrs %0, ID_AA64ISAR0_EL1" : "=r"(id));
#endif
  }
  return (id >> FIELD_SHIFT) & 15 ? sum_wide(data, 1024) : sum_plain(data, 1024);
}
#elif defined CONSTRUCTOR
static kernel chosen = sum_plain;
__attribute__((constructor)) static void choose(void) {
  if (has(BIT)) chosen = sum_wide;
}
static int run(void) { return chosen(data, 1024); }
#elif defined CONSTRUCTOR_FLAGS
static struct { unsigned char simd, wide; int level; } features;
__attribute__((constructor)) static void choose(void) {
  unsigned long hwcap = getauxval(AT_HWCAP);
  features.simd = (hwcap & HWCAP_ASIMD) != 0;
  features.wide = (hwcap & BIT) != 0;
  features.level = features.wide ? 3 : features.simd ? 1 : 0;
}
NOINLINE static int by_level(void) {
  switch (features.level) {
    case 3: return sum_wide(data, 1024);
    case 1: return sum_plain(data, 1024);
    default: return -1;
  }
}
static int run(void) { return by_level() + (features.wide ? sum_wide(data, 512) : sum_plain(data, 512)); }
#elif defined LAZY
static int known = -1;
static int run(void) {
  if (known < 0) known = has(BIT);
  return known ? sum_wide(data, 1024) : sum_plain(data, 1024);
}
#elif defined LAZY_POINTER
static int first(const int32_t *, int);
static kernel chosen = first;
static int first(const int32_t *values, int count) {
  chosen = has(BIT) ? sum_wide : sum_plain;
  return chosen(values, count);
}
static int run(void) { return chosen(data, 1024); }
#elif defined TABLE
static const struct { const char *name; int level; kernel run; } table[] = {{"wide", 2, sum_wide}, {"plain", 0, sum_plain}};
static int run(void) {
  int level = has(BIT) ? 2 : 0;
  for (unsigned i = 0; i < 2; i++)
    if (table[i].level <= level) return table[i].run(data, 1024);
  return 0;
}
#elif defined OPS
struct ops { kernel sum; };
static struct ops *operations;
NOINLINE static void initialize(struct ops *ops, unsigned long flags) {
  ops->sum = sum_plain;
  if (flags & BIT) ops->sum = sum_wide;
}
static int run(void) {
  operations = malloc(sizeof *operations);
  initialize(operations, getauxval(AT_HWCAP));
  return operations->sum(data, 1024);
}
#elif defined FIELD
struct context { char pad[200]; int simd; int wide; };
NOINLINE static int with(struct context *context) { return context->wide ? sum_wide(data, 1024) : sum_plain(data, 1024); }
static int run(void) {
  struct context *context = calloc(1, sizeof *context);
  context->wide = has(BIT);
  return with(context);
}
#elif defined OUT_PARAMETER
NOINLINE static void detect(int *simd, int *wide) {
  *simd = has(HWCAP_ASIMD);
  *wide = has(BIT);
}
static int run(void) {
  int simd, wide;
  detect(&simd, &wide);
  return wide ? sum_wide(data, 1024) : sum_plain(data, 1024) + simd;
}
#elif defined DLSYM
static int run(void) {
  unsigned long (*ask)(unsigned long) = (unsigned long (*)(unsigned long))dlsym(RTLD_DEFAULT, "getauxval");
  unsigned long hwcap = ask ? ask(AT_HWCAP) : 0;
  return hwcap & BIT ? sum_wide(data, 1024) : sum_plain(data, 1024);
}
#elif defined BY_NUMBER
// a kernel for each of many operations, found in a switch
struct found { kernel run; };
NOINLINE static int find(unsigned long hwcap, unsigned what, struct found *found) {
  int wide = (hwcap & BIT) != 0;
  switch (what) {
    case 40: if (wide) { found->run = sum_wide; return 5; } break;
    case 41: found->run = sum_plain; return 7;
    case 42: if (wide) { found->run = sum_wide; return 9; } found->run = sum_plain; return 11;
    case 43: printf("43\n"); found->run = sum_plain; return 1;
    case 44: printf("44\n"); if (wide) { found->run = sum_wide; return 2; } break;
    case 46: printf("46\n"); break;
    case 47: found->run = sum_plain; return -4;
  }
  found->run = sum_plain;
  return 0;
}
NOINLINE static int find_all(unsigned long hwcap) {
  struct found found;
  int sum = 0;
  for (unsigned what = 39; what < 49; what++) sum += find(hwcap, what, &found) + found.run(data, 16);
  return sum + find(hwcap, 42, &found) + found.run(data, 1024);
}
static int run(void) { return find_all(getauxval(AT_HWCAP)); }
#elif defined COMPARED || defined COMPARED_OTHER
// what was chosen is recognised by its address
struct work { char pad[64]; kernel run; };
NOINLINE static void choose(struct work *work, int count) {
  work->run = has(BIT) ? sum_wide : sum_plain;
#if defined COMPARED_OTHER
  if (count > 0) work->run = sum_wide;
#endif
}
NOINLINE static int use(struct work *work) {
  if (work->run == sum_wide) return 1 + sum_wide(data, 512);
  return work->run(data, 512);
}
static struct work *volatile kept;
static int run(void) {
  kept = malloc(sizeof *kept);
  choose(kept, data[3]);
  return use(kept);
}
#elif defined FAR_FIELD || defined FAR_FIELD_OTHER
// two structures, each with a flag in the same place
struct key { char pad[400]; int wide; };
struct job { char pad[400]; int wide; };
static struct key *volatile key;
static struct job *volatile job;
NOINLINE static void set_key(struct key *key) {
  memset(key, 0, sizeof *key);
  if (has(BIT)) key->wide = 5;
}
NOINLINE static void set_job(struct job *job, int wide) {
  memset(job, 0, sizeof *job);
  job->wide = wide;
}
NOINLINE static int with_key(struct key *key) { return key->wide == 5 ? sum_wide(data, 512) : sum_plain(data, 512); }
NOINLINE static int with_job(struct job *job) { return job->wide == 5 ? sum_wide(data, 512) : sum_plain(data, 512); }
static int run(void) {
  key = malloc(sizeof *key);
  set_key(key);
#if defined FAR_FIELD_OTHER
  job = malloc(sizeof *job);
  set_job(job, data[2] > 0 ? 5 : 3);
  return with_key(key) + with_job(job);
#else
  return with_key(key);
#endif
}
#elif defined ONCE
// what the CPU has is found out once, by whoever is first
static unsigned long features;
NOINLINE static unsigned long find_out(void) {
  unsigned long none = 0, found = 33 | (has(BIT) ? 4 : 0);
  __atomic_compare_exchange_n(&features, &none, found, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
  return found;
}
NOINLINE static int ask(void) { return (__atomic_load_n(&features, __ATOMIC_ACQUIRE) & 4) != 0; }
static int run(void) {
  if (__atomic_load_n(&features, __ATOMIC_ACQUIRE) == 0) find_out();
  return ask() ? sum_wide(data, 1024) : sum_plain(data, 1024);
}
#elif defined ADDED || defined ADDED_OTHER
// flags that are added to what is there
static unsigned features;
struct cpu { char name[12]; unsigned char simd, other, wide; };
NOINLINE static void detect(struct cpu *cpu) {
  memset(cpu, 0, sizeof *cpu);
  unsigned long hwcap = getauxval(AT_HWCAP);
  cpu->simd = (hwcap & HWCAP_ASIMD) != 0;
  cpu->wide = (hwcap & BIT) != 0;
}
NOINLINE static void add(unsigned *to, unsigned what) { *to |= what; }
NOINLINE static void find_out(void) {
  struct cpu cpu;
  detect(&cpu);
  features |= cpu.simd | cpu.wide << 3;
}
static int run(void) {
  find_out();
#if defined ADDED_OTHER
  add(&features, data[2] > 0 ? 8 : 2);
#endif
  return features & 8 ? sum_wide(data, 1024) : sum_plain(data, 1024);
}
#elif defined OVERRIDE
static unsigned long flags;
__attribute__((constructor)) static void choose(void) {
  const char *text = getenv("FLAGS");
  flags = text ? strtoul(text, 0, 0) : getauxval(AT_HWCAP);
}
static int run(void) { return flags & BIT ? sum_wide(data, 1024) : sum_plain(data, 1024); }
#elif defined PROBE
static sigjmp_buf back;
static void handler(int signal) { siglongjmp(back, signal); }
NOINLINE static void probe(void) { sum_wide(data, 1); }
static int run(void) {
  struct sigaction action = {.sa_handler = handler}, before;
  volatile int works = 0;
  sigaction(SIGILL, &action, &before);
  if (sigsetjmp(back, 1) == 0) {
    probe();
    works = 1;
  }
  sigaction(SIGILL, &before, 0);
  printf("%s\n", works ? "there" : "not there");
  return sum_plain(data, 1024);
}
#elif defined BOTH
// two features, both asked for
static int run(void) {
  unsigned long hwcap = getauxval(AT_HWCAP);
  unsigned long both = BIT | HWCAP_ASIMD;
  if ((hwcap & both) == both && getenv("PLAIN") == 0) return sum_wide(data, 1024);
  return sum_plain(data, 1024);
}
#elif defined EXIT
static int run(void) {
  if (!has(BIT)) {
    fprintf(stderr, "this program needs more\n");
    exit(1);
  }
  return sum_wide(data, 1024);
}
#elif defined EXIT_THEN_CHOICE
// what ends the program is about something that every CPU has; the feature is a choice like any other
static int run(void) {
  if (!has(HWCAP_ASIMD)) {
    fprintf(stderr, "this program needs vectors\n");
    exit(1);
  }
  return has(BIT) ? sum_wide(data, 1024) : sum_plain(data, 1024);
}
#elif defined UNGUARDED
static int run(void) { return sum_wide(data, 1024); }
#elif defined GETENV
static int run(void) { return getenv("WIDE") ? sum_wide(data, 1024) : sum_plain(data, 1024); }
#elif defined GETENV_PRINTED
static int run(void) {
  printf("%d\n", has(BIT));
  return getenv("WIDE") ? sum_wide(data, 1024) : sum_plain(data, 1024);
}
#elif defined DEAD
__attribute__((used)) static int never(void) { return sum_wide(data, 1024); }
static int run(void) { return sum_plain(data, 1024); }
#elif defined DEAD_BESIDE_CHECK
__attribute__((used)) static int never(void) { return sum_wide(data, 1024); }
static int run(void) { return sum_plain(data, 1024) + has(BIT); }
#elif defined PRINTED
static int run(void) {
  printf("%d\n", has(BIT));
  return sum_wide(data, 1024);
}
#elif defined POINTER
static kernel volatile chosen = sum_wide;
static int run(void) { return chosen(data, 1024); }
#elif defined POINTER_PRINTED
static kernel volatile chosen = sum_wide;
static int run(void) {
  printf("%d\n", has(BIT));
  return chosen(data, 1024);
}
#elif defined WEAK_GUARD
// tests one feature, runs another
static int run(void) { return has(OTHER_BIT) ? sum_wide(data, 1024) : sum_plain(data, 1024); }
#elif defined INVERTED
// the wrong way around
static int run(void) { return has(BIT) ? sum_plain(data, 1024) : sum_wide(data, 1024); }
#elif defined MIXED
// one dispatched kernel, and one unit that somebody compiled with too much
NOINLINE static int other_unit(int32_t *values, int count) {
  int sum = 0, i = 0;
  do { STEP(sum, values[i] * 3); } while (++i < count);
  return sum;
}
static int run(void) {
  int first = other_unit(data, 1024);
  return first + (has(BIT) ? sum_wide(data, 1024) : sum_plain(data, 1024));
}
#else
#error no style
#endif

int main(void) {
  for (int i = 0; i < 1024; i++) data[i] = i * 7;
  printf("%d\n", run());
  return 0;
}
