// The same in C++.
#include <cpuid.h>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <variant>
#include "sums.h"

NOINLINE static int has() { return __builtin_cpu_supports("avx2") != 0; }

#if defined T_MEMBER
class Summer {
  std::string name;
  bool wide;
 public:
  Summer() : name("sum"), wide(has()) {}
  int sum() const { return wide ? sum_wide(data, 1024) : sum_plain(data, 1024); }
};
static int run() { return std::make_shared<Summer>()->sum(); }
#elif defined T_VARIANT
struct Plain { int operator()() const { return sum_plain(data, 1024); } };
struct Wide { int operator()() const { return sum_wide(data, 1024); } };
static std::variant<Plain, Wide> make() {
  if (has()) return Wide{};
  return Plain{};
}
static int run() {
  auto summer = make();
  return std::visit([](auto &each) { return each(); }, summer);
}
#elif defined T_CAUGHT
static int wide() {
  if (!has()) throw std::runtime_error("no AVX2");
  return sum_wide(data, 1024);
}
static int run() {
  try {
    return wide();
  } catch (const std::exception &) {
    return sum_plain(data, 1024);
  }
}
#elif defined U_THROWN
static int run() {
  if (!has()) throw std::runtime_error("no AVX2");
  return sum_wide(data, 1024);
}
#endif

int main() {
  for (int i = 0; i < 1024; i++) data[i] = i * 7 % 13;
  std::printf("%d\n", run());
}
