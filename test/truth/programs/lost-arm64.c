// One of more functions than are kept for a register, called in a function that asks the CPU as well: what is lost where ways meet may be called.
// And what is asked for by a function of one's own, kept in flags that somebody may mask.
#include <stdio.h>
#include "sums-arm64.h"
#define FAST sum_wide(data, 1024)
#define PLAIN sum_plain(data, 1024)
typedef int (*kernel)(const int32_t *, int);
#define K(n) NOINLINE static int k##n(const int32_t *v, int c) { int s = n; for (int i = 0; i < c; i++) s += v[i] * (n + i); return s; }
K(1) K(2) K(3) K(4) K(5) K(6) K(7) K(8) K(9) K(10) K(11) K(12) K(13) K(14) K(15) K(16) K(17) K(18)
int argument_count;
#if defined LOST_BY_JUMPS
NOINLINE static int pick(int n) {
  kernel k = k1;
  if (n > 3) { k = k2; puts("a"); } else if (n > 2) { k = k3; puts("b"); } else if (n * n > 50) { k = k4; puts("c"); } else if (n < -4) { k = k5; puts("d"); } else if (n == 1) { k = sum_wide; puts("e"); } else if (n == -3) { k = k6; puts("f"); }
  if (has(BIT)) puts("fast");
  return k(data, 1024);
}
#elif defined LOST_BY_SELECTION
NOINLINE static int pick(int n) {
  kernel k = k1;
  k = n == 4 ? k2 : k; k = n == 5 ? k3 : k; k = n == 9 ? k4 : k; k = n == 1 ? sum_wide : k; k = n == 11 ? k5 : k; k = n > 20 ? k6 : k; k = n > 31 ? k7 : k;
  if (has(BIT)) puts("fast");
  return k(data, 1024);
}
#elif defined LOST_BY_LONG_SELECTION
NOINLINE static int pick(int n) {
  kernel k = k1;
  k = n == 1 ? sum_wide : k;  k = n == 4 ? k2 : k; k = n == 5 ? k3 : k; k = n == 9 ? k4 : k; k = n == 11 ? k5 : k; k = n > 20 ? k6 : k; k = n > 31 ? k7 : k;
  k = n == 41 ? k8 : k; k = n == 51 ? k9 : k; k = n == 91 ? k10 : k; k = n == 111 ? k11 : k; k = n > 201 ? k12 : k; k = n > 311 ? k13 : k; k = n == 411 ? k14 : k; k = n == 511 ? k15 : k; k = n == 911 ? k16 : k; k = n == 1111 ? k17 : k; k = n > 2011 ? k18 : k;
  if (has(BIT)) puts("fast");
  return k(data, 1024);
}
#elif defined LOST_IN_SWITCH
NOINLINE static int pick(int n) {
  kernel k = k1;
  switch (n) { case 0: k = k2; puts("2"); break; case 1: k = sum_wide; puts("w"); break; case 2: k = k3; puts("3"); break; case 3: k = k4; puts("4"); break; case 4: k = k5; puts("5"); break; case 5: k = k6; puts("6"); break; case 6: k = k7; puts("7"); break; case 7: k = k8; puts("8"); break; case 8: k = k9; puts("9"); break; case 9: k = k10; puts("10"); break; case 10: k = k11; puts("11"); break; case 11: k = k12; puts("12"); break; case 12: k = k13; puts("13"); break; case 13: k = k14; puts("14"); break;
  case 14: k = k15; puts("15"); break; case 15: k = k16; puts("16"); break; case 16: k = k17; puts("17"); break; case 17: k = k18; puts("18"); break; }
  if (has(BIT)) puts("fast");
  return k(data, 1024);
}
#elif defined LOST_BY_CHECK
// one of many, chosen by the check and by numbers: the kernel is not
NOINLINE static int pick(int n) {
  kernel k = k1;
  k = n == 4 ? k2 : k; k = n == 5 ? k3 : k; k = n == 9 ? k4 : k;  k = n == 11 ? k5 : k; k = n > 20 ? k6 : k; 
  if (has(BIT)) k = sum_wide;
  k = n == 41 ? k8 : k; k = n == 51 ? k9 : k; k = n == 91 ? k10 : k;
  return k(data, 1024);
}
#elif defined WRAPPED || defined WRAPPED_AND_FORCED || defined WRAPPED_FOR_ANOTHER
// dav1d: what was found out, as far as it is allowed
NOINLINE static unsigned long ask(unsigned long type) { return getauxval(type); }
static unsigned flags, allowed = ~0u;
struct operations { kernel first, second; };
NOINLINE static unsigned find(void) {
#if defined WRAPPED_FOR_ANOTHER
  unsigned long found = ask(AT_PAGESZ) ? BIT : 0;
#else
  unsigned long found = ask(AT_HWCAP);
#endif
  return 1 | ((found & BIT) != 0) << 1;
}
NOINLINE static void setup(void) { flags = find(); }
NOINLINE void allow(unsigned mask) { allowed = mask; }
NOINLINE static void force(void) { flags |= 2; }
NOINLINE static void fill(struct operations *operations) {
  operations->first = k1;
  operations->second = sum_plain;
  if ((flags & allowed) & 2) operations->second = sum_wide;
}
NOINLINE static int pick(int n) {
  struct operations operations, *volatile pointer = &operations;
  setup();
  if (n > 20) allow(n);
#if defined WRAPPED_AND_FORCED
  force();
#endif
  fill(pointer);
  return pointer->first(data, n) + pointer->second(data, 1024);
}
#endif
int main(int argc, char **argv) { argument_count = argc; for (int i = 0; i < 1024; i++) data[i] = i * argc; printf("%d\n", pick(argc)); return 0; }
