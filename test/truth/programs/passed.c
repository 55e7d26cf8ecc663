// Who installs or calls a kernel is told whether to, by one caller as the CPU says, and with U_ by another as it likes.
#include <stdio.h>
#ifdef __aarch64__
#include "sums-arm64.h"
NOINLINE static int asks(void) { return has(BIT); }
#else
#include <cpuid.h>
#include "sums.h"
NOINLINE static int asks(void) {
  unsigned eax, ebx, ecx, edx;
  return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (ebx & bit_AVX2) != 0;
}
#endif

#if defined T_INSTALLED || defined U_INSTALLED_ALWAYS || defined U_INSTALLED_LATER || defined U_INSTALLED_RESULT
static int (*kernels[2])(const int32_t *, int) = {sum_plain, sum_plain};
NOINLINE static void choose(int wide, int more) {
  if (!wide) return;
  kernels[0] = sum_wide;
  if (more) kernels[1] = sum_wide;
}
static int result(void) { return kernels[0](data, 1024) + kernels[1](data, 512); }
#else
static int sum;
NOINLINE static void choose(int wide, int more) { sum += wide ? sum_wide(data, 1024) * 3 + more : sum_plain(data, 1024) * 5 - more; }
static int result(void) { return sum; }
#endif

int main(int argc, char **argv) {
  for (int i = 0; i < 1024; i++) data[i] = i * argc;
  choose(asks(), 0);
#if defined U_INSTALLED_ALWAYS || defined U_CALLED_ALWAYS
  choose(1, 0);
#elif defined U_INSTALLED_LATER || defined U_CALLED_LATER
  choose(data[9] > 4, 0);
#elif defined U_INSTALLED_RESULT || defined U_CALLED_RESULT
  choose(puts("once more"), 0);
#endif
  printf("%d\n", result());
  return 0;
}
