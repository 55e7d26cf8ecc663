// Classes for a plain kernel and one with AVX2, and how programs choose between them. -DSTYLE picks one.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>

static int32_t data[1024];
typedef int32_t v8 __attribute__((vector_size(32)));

struct Kernel {
  virtual ~Kernel() = default;
  virtual int sum(const int32_t *values, int count) const = 0;
  virtual const char *name() const = 0;
};

struct Plain : Kernel {
  int sum(const int32_t *values, int count) const override {
    int sum = 0;
    for (int i = 0; i < count; i++) sum += values[i] ^ i;
    return sum;
  }
  const char *name() const override { return "plain"; }
};

struct Wide : Kernel {
  __attribute__((target("avx2"))) int sum(const int32_t *values, int count) const override {
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
  const char *name() const override { return "wide"; }
};

#if defined VIRTUAL
__attribute__((noinline)) static std::unique_ptr<Kernel> make() {
  if (__builtin_cpu_supports("avx2")) return std::make_unique<Wide>();
  return std::make_unique<Plain>();
}
#elif defined VIRTUAL_STATIC
__attribute__((noinline)) static const Kernel *make() {
  static const Plain plain;
  static const Wide wide;
  static const Kernel *const best = __builtin_cpu_supports("avx2") ? static_cast<const Kernel *>(&wide) : &plain;
  return best;
}
#elif defined VIRTUAL_PRINTED
__attribute__((noinline)) static std::unique_ptr<Kernel> make() {
  printf("avx2: %d\n", __builtin_cpu_supports("avx2") != 0);
  return std::make_unique<Wide>();
}
#else
#error no style
#endif

int main() {
  for (int i = 0; i < 1024; i++) data[i] = i * 7;
  auto kernel = make();
  printf("%s %d\n", kernel->name(), kernel->sum(data, 1024));
}
