// Kernels that are called where an exception is handled: no jump leads there. -DSTYLE picks one.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <stdexcept>

static int32_t data[1024];
typedef int32_t v8 __attribute__((vector_size(32)));

__attribute__((noinline)) static int sum_plain(const int32_t *values, int count) {
  int sum = 0;
  for (int i = 0; i < count; i++) sum += values[i] ^ i;
  return sum;
}

__attribute__((target("avx2"), noinline)) static int sum_wide(const int32_t *values, int count) {
  v8 sum = {0}, index = {0, 1, 2, 3, 4, 5, 6, 7};
  for (int i = 0; i < count; i += 8) {
    v8 part;
    memcpy(&part, values + i, sizeof part);
    sum += part ^ (index + i);
  }
  int total = 0;
  for (int i = 0; i < 8; i++) total += sum[i];
  return total;
}

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
