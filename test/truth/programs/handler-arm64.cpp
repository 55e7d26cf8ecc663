// Kernels that run where an exception is handled, or passes: no jump leads there. -DSTYLE picks the place.
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include "sums-arm64.h"

NOINLINE static void check(int count) {
  if (count > 0) throw std::runtime_error("some");
}
#define INLINE __attribute__((always_inline)) static inline
INLINE int sum_inlined(const int32_t *values, int count) {
  int sum = 0, i = 0;
  do { STEP(sum, values[i] ^ i); } while (++i < count);
  return sum;
}
static bool wide;
__attribute__((constructor)) static void detect() { wide = has(BIT); }

#if defined HANDLER
static int handled() { return sum_wide(data, 1024); }
#elif defined HANDLER_GUARDED
static int handled() { return wide ? sum_wide(data, 1024) : sum_plain(data, 1024); }
#elif defined HANDLER_ASKS
static int handled() { return has(BIT) ? sum_wide(data, 1024) : sum_plain(data, 1024); }
#elif defined HANDLER_INLINED
INLINE int handled() { return sum_inlined(data, 1024); }
#elif defined HANDLER_INLINED_GUARDED
INLINE int handled() { return wide ? sum_inlined(data, 1024) : sum_plain(data, 1024); }
#elif defined HANDLER_INLINED_ASKS
INLINE int handled() { return has(BIT) ? sum_inlined(data, 1024) : sum_plain(data, 1024); }
#elif defined HANDLER_INVERTED
INLINE int handled() { return wide ? sum_plain(data, 1024) : sum_inlined(data, 1024); }
#else
static int handled() { return 0; }
#endif

#if defined CLEANUP || defined CLEANUP_GUARDED
// what is thrown passes by somebody who tidies up
struct guard {
  const char *name;
  ~guard() {
#if defined CLEANUP
    printf("%s %d\n", name, sum_inlined(data, 1024));
#else
    printf("%s %d\n", name, wide ? sum_inlined(data, 1024) : sum_plain(data, 1024));
#endif
  }
};
NOINLINE static void pass(int count) {
  guard one{"passed"};
  check(count);
  abort();
}
#else
NOINLINE static void pass(int count) { check(count); }
#endif

int main(int argc, char **) {
  for (int i = 0; i < 1024; i++) data[i] = i * 7;
  printf("wide: %d\n", wide);
  try {
    pass(argc);
    printf("%s\n", std::string(argc, 'x').c_str());
  } catch (const std::exception &) {
    printf("%d\n", handled());
  } catch (int code) {
    printf("%d\n", code);
  }
#if defined SECOND_HANDLER || defined SECOND_HANDLER_GUARDED
  // of two types, and after the first
  try {
    if (argc > 0) throw argc;
    pass(argc);
  } catch (const std::exception &) {
    printf("other\n");
  } catch (int code) {
#if defined SECOND_HANDLER
    printf("%d\n", code + sum_inlined(data, 1024));
#else
    printf("%d\n", code + (has(BIT) ? sum_inlined(data, 1024) : sum_plain(data, 1024)));
#endif
  }
#endif
}
