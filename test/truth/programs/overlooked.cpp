// The same as overlooked.c in ways of C++.
#include "sums.h"
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <variant>
#include <vector>
#define HAS_AVX2 __builtin_cpu_supports("avx2")
#define WIDE sum_wide(data, 1024)
#define PLAIN sum_plain(data, 1024)
#define ASK printf("%d\n", HAS_AVX2 != 0)
struct Kernel { virtual int run() = 0; virtual ~Kernel() {} };
struct Plain : Kernel { NOINLINE int run() override { return PLAIN; } };
struct Wide : Kernel { NOINLINE int run() override { return WIDE; } };
#if defined N_CPP_TLS
struct Local { int sum; Local() { sum = WIDE; } };
static thread_local Local local;
static int run() { ASK; return local.sum; }
#elif defined N_CPP_FUNCTION
static int run() {
  ASK;
  std::vector<std::function<int()>> steps{[] { return PLAIN; }, [] { return WIDE; }};
  int sum = 0;
  for (auto &step : steps) sum += step();
  return sum;
}
#elif defined N_CPP_NAMED
static int run() {
  ASK;
  std::map<std::string, std::unique_ptr<Kernel>> kernels;
  kernels["plain"] = std::make_unique<Plain>();
  kernels["wide"] = std::make_unique<Wide>();
  return kernels.at("wide")->run();
}
#elif defined N_CPP_STATIC
struct Early { int sum; Early() { sum = WIDE; } };
static Early early;
static int run() { ASK; return early.sum; }
#elif defined N_CPP_LOCAL_STATIC
static int level() { static const int found = HAS_AVX2 ? 2 : 1; return found; }
static int run() { return level() >= 1 ? WIDE : PLAIN; }
#elif defined G_CPP_LOCAL_STATIC
static int level() { static const int found = HAS_AVX2 ? 2 : 1; return found; }
static int run() { return level() >= 2 ? WIDE : PLAIN; }
#elif defined N_CPP_TEMPLATE
template <bool wide> NOINLINE int with(int n) { return wide ? sum_wide(data, n) : sum_plain(data, n); }
static int run() {
  ASK;
  static int (*const table[])(int) = {with<false>, with<true>};
  int sum = 0;
  for (int i = 0; i < 2; i++) sum += table[(data[i] / 3) & 1](512);
  return sum;
}
#elif defined N_CPP_EXCEPTION
NOINLINE static void fail(int n) { if (n > 100) throw std::runtime_error("x"); }
static int run() {
  ASK;
  try { fail(1024); return PLAIN; } catch (const std::runtime_error &) { return WIDE; }
}
#elif defined N_CPP_THREAD
static int run() {
  ASK;
  int sum = 0;
  std::thread thread([&] { sum = WIDE; });
  thread.join();
  return sum;
}
#elif defined N_CPP_ASYNC
static int run() {
  ASK;
  auto future = std::async(std::launch::async, [] { return WIDE; });
  return future.get();
}
#elif defined N_CPP_VARIANT
static int run() {
  ASK;
  std::variant<Plain, Wide> kernel;
  if (data[3] > 2) kernel = Wide();
  return std::visit([](auto &each) { return each.run(); }, kernel);
}
#elif defined N_CPP_END
struct Last { ~Last() { printf("%d\n", WIDE); } };
static Last last;
static int run() { return HAS_AVX2; }
#elif defined G_CPP_ONCE
static std::once_flag flag;
static int has;
static int run() {
  std::call_once(flag, [] { has = HAS_AVX2 != 0; });
  return has ? WIDE : PLAIN;
}
#elif defined N_CPP_ONCE
static std::once_flag flag;
static int has;
static int run() {
  std::call_once(flag, [] { has = __builtin_cpu_supports("sse2") != 0; });
  return has ? WIDE : PLAIN;
}
#elif defined N_CPP_ATOMIC
static std::atomic<int> level{2};
NOINLINE static void detect() { if (HAS_AVX2) level.store(3); }
static int run() { detect(); return level.load() >= 2 ? WIDE : PLAIN; }
#elif defined N_CPP_OPTIONAL
static std::optional<bool> has;
NOINLINE static void detect() { if (HAS_AVX2) has = true; }
static int run() { detect(); return has.value_or(true) ? WIDE : PLAIN; }
#elif defined N_CPP_MAX
static int level;
NOINLINE static void detect() { level = std::max(HAS_AVX2 ? 2 : 0, 1); }
static int run() { detect(); return level >= 1 ? WIDE : PLAIN; }
#elif defined G_CPP_UNIQUE
static int run() {
  std::unique_ptr<Kernel> kernel;
  if (HAS_AVX2) kernel = std::make_unique<Wide>(); else kernel = std::make_unique<Plain>();
  return kernel->run();
}
#elif defined N_CPP_UNIQUE
static int run() {
  std::unique_ptr<Kernel> kernel;
  if (__builtin_cpu_supports("sse2")) kernel = std::make_unique<Wide>(); else kernel = std::make_unique<Plain>();
  return kernel->run();
}
#elif defined N_CPP_MEMBER
struct Engine {
  int (Engine::*step)();
  int plain() { return PLAIN; }
  int wide() { return WIDE; }
  Engine() { step = HAS_AVX2 ? &Engine::wide : &Engine::plain; }
  NOINLINE void tune(int n) { if (n > 10) step = &Engine::wide; }
};
static int run() { Engine engine; engine.tune(data[5]); return (engine.*engine.step)(); }
#elif defined G_CPP_MEMBER
struct Engine {
  int (Engine::*step)();
  int plain() { return PLAIN; }
  int wide() { return WIDE; }
  Engine() { step = HAS_AVX2 ? &Engine::wide : &Engine::plain; }
};
static int run() { Engine engine; return (engine.*engine.step)(); }
#elif defined N_CPP_SORT
static int run() {
  ASK;
  std::sort(data, data + 1024, [](int a, int b) { return sum_wide(data, 8) + a < b; });
  return data[3];
}
#elif defined N_CPP_CONFIG
struct Config { std::string name; bool wide; int threads; };
NOINLINE static Config load() { Config config{"default", true, 4}; return config; }
struct Engine { Config config; bool wide; NOINLINE int run() { return wide ? WIDE : PLAIN; } };
static int run() { ASK; Engine engine{load(), false}; engine.wide = engine.config.wide; return engine.run(); }
#elif defined G_CPP_AND
struct Config { std::string name; bool wide; int threads; };
NOINLINE static Config load() { Config config{"default", true, 4}; return config; }
struct Engine { Config config; bool wide; NOINLINE int run() { return wide ? WIDE : PLAIN; } };
static int run() { Engine engine{load(), false}; engine.wide = engine.config.wide && HAS_AVX2; return engine.run(); }
#elif defined N_CPP_OR
struct Config { std::string name; bool wide; int threads; };
NOINLINE static Config load() { Config config{"default", true, 4}; return config; }
struct Engine { Config config; bool wide; NOINLINE int run() { return wide ? WIDE : PLAIN; } };
static int run() { Engine engine{load(), false}; engine.wide = engine.config.wide || HAS_AVX2; return engine.run(); }
#endif
int main(int argc, char **argv) {
  __builtin_cpu_init();
  for (int i = 0; i < 1024; i++) data[i] = i * 3 + argc;
  printf("%d\n", run());
}
