// What the file of the auxiliary vector says of the CPU, kept beside the buffer it is read into (as libdeflate does, which does not ask the C library).
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <stdlib.h>
#include <stdio.h>
#include "sums-arm64.h"

static struct plan { unsigned long entries[32]; unsigned long hwcap, hwcap2; } defaults = {{0}, BIT, 0};

static inline __attribute__((always_inline)) void scan(unsigned long *entries, unsigned long *hwcap, unsigned long *hwcap2) {
  int filled = 0;
  int fd = open("/proc/self/auxv", O_RDONLY);
  if (fd < 0) return;
  for (;;) {
    do {
      int got = read(fd, &((char *)entries)[filled], 256 - filled);
      if (got <= 0) {
        if (got < 0 && errno == EINTR) continue;
        goto out;
      }
      filled += got;
    } while (filled < 16);
    int i = 0;
    do {
      unsigned long type = entries[i], value = entries[i + 1];
      if (type == AT_HWCAP) *hwcap = value;
      else if (type == AT_HWCAP2) *hwcap2 = value;
      i += 2;
      filled -= 16;
    } while (filled >= 16);
    memmove(entries, &entries[i], filled);
  }
out:
  close(fd);
}

static int features = 0;
static void *volatile kept;
NOINLINE static void allow(unsigned long *hwcap) { *hwcap |= BIT; }
NOINLINE static void keep(unsigned long *hwcap) { kept = hwcap; }
NOINLINE static void allow_kept(void) { *(unsigned long *)kept = BIT; }
NOINLINE static void allow_in(struct plan *plan) { plan->hwcap = plan->hwcap2 | BIT; }
NOINLINE static void copy(void *to, const void *from, long size) { for (long i = 0; i < size; i++) ((volatile char *)to)[i] = ((const char *)from)[i]; }

NOINLINE static void find_out(void) {
#if defined AUXV_BESIDE
  unsigned long hwcap = 0, hwcap2 = 0, entries[32];
  scan(entries, &hwcap, &hwcap2);
#elif defined AUXV_ALLOWED
  unsigned long hwcap = 0, hwcap2 = 0, entries[32];
  scan(entries, &hwcap, &hwcap2);
  allow(&hwcap);
#elif defined AUXV_KEPT
  unsigned long hwcap = 0, hwcap2 = 0, entries[32];
  keep(&hwcap);
  scan(entries, &hwcap, &hwcap2);
  allow_kept();
#else
  struct plan plan;
  plan.hwcap = plan.hwcap2 = 0;
  scan(plan.entries, &plan.hwcap, &plan.hwcap2);
#if defined AUXV_IN_PLAN_ALLOWED
  allow_in(&plan);
#elif defined AUXV_IN_PLAN_COPIED
  memmove(&plan, &defaults, sizeof plan);
#elif defined AUXV_IN_PLAN_COPIED_BY_SIZE
  memmove(plan.entries, defaults.entries, 256 + (features == 0) * 16);
#elif defined AUXV_IN_PLAN_OWN_COPY
  copy(&plan, &defaults, sizeof plan);
#elif defined AUXV_IN_PLAN_STORED
  if (features == 0) plan.hwcap = BIT;
#elif !defined AUXV_IN_PLAN
#error no style
#endif
#define hwcap plan.hwcap
#endif
  features = (hwcap & BIT ? 2 : 0) | (int)0x80000000;
}

int main(void) {
  for (int i = 0; i < 1024; i++) data[i] = i * 7;
  if (features == 0) find_out();
  printf("%d\n", features & 2 ? sum_wide(data, 1024) : sum_plain(data, 1024));
  return 0;
}
