// Kernels that are called where an exception is handled: no jump leads there. -DSTYLE picks one.
#include <cstdio>
#include <stdexcept>
#include "sums.h"

__attribute__((noinline)) static void check(int count) {
  if (count > 0) throw std::runtime_error("some");
}

int main(int argc, char **) {
  for (int i = 0; i < 1024; i++) data[i] = i * 7;
  bool has = __builtin_cpu_supports("avx2");
  printf("avx2: %d\n", has);
  try {
    check(argc);
  } catch (const std::exception &) {
#if defined HANDLER
    printf("%d\n", sum_wide(data, 1024));
#elif defined HANDLER_GUARDED
    printf("%d\n", has ? sum_wide(data, 1024) : sum_plain(data, 1024));
#else
#error no style
#endif
  }
}
