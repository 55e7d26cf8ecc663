// <cpuid.h> writes what CPUID says through pointers, and returns whether it did: for its leaf, which the caller passes. Without optimization it is a function of its own.
#include <cpuid.h>
#include <stdio.h>
#include "sums.h"

NOINLINE static int asks(void) {
  unsigned eax, ebx, ecx, edx;
  return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (ebx & bit_AVX2) != 0;
}

int main(int argc, char **argv) {
  for (int i = 0; i < 1024; i++) data[i] = i * argc;
#ifdef U_REFUSES
  if (!asks()) {
    fputs("needs AVX2\n", stderr);
    return 1;
  }
  printf("%d\n", sum_wide(data, 1024));
#else
  printf("%d\n", asks() ? sum_wide(data, 1024) : sum_plain(data, 1024));
#endif
  return 0;
}
