// The same as levels.c, as C++ is written (-DSTYLE, and -DFORCED): functions in objects, variants, classes of which users derive their own, policies, and
// initializers that run once. Nothing was tuned on any of them before they were judged.
#include <cpuid.h>
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>
#include "sums.h"

using Sum = int (*)(const int32_t *, int);
enum class Level : unsigned char { None, Sse42, Avx2, Count };

NOINLINE static Level detect() {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSE4_2)) return Level::None;
  if (!(c & bit_OSXSAVE) || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return Level::Sse42;
  return b & bit_AVX2 ? Level::Avx2 : Level::Sse42;
}
/** What a configuration file or a command line says: not known before the program runs. */
static const char *volatile configured = "avx2";
static volatile int count = 1024;

#if defined DETECTOR_FUNCTION // what asks is a function in an object, and users may give another
static std::function<Level()> detector = detect;
NOINLINE static void set_detector(std::function<Level()> other) { detector = std::move(other); }
static int run(const int32_t *values, int n) {
#if defined FORCED
  if (!strcmp(configured, "avx2")) set_detector([] { return Level::Avx2; });
#else
  if (!strcmp(configured, "avx2")) set_detector([] { return std::min(Level::Sse42, detect()); });
#endif
  return detector() == Level::Avx2 ? sum_wide(values, n) : sum_plain(values, n);
}

#elif defined BACKENDS // a variant of backends, of which one is made by name
struct PlainBackend { int operator()(const int32_t *values, int n) const { return sum_plain(values, n); } };
struct WideBackend { int block = 8; int operator()(const int32_t *values, int n) const { return sum_wide(values, n); } };
using Backend = std::variant<std::monostate, PlainBackend, WideBackend>;
NOINLINE static Backend by_name(std::string_view name) {
  if (name == "none") return PlainBackend{};
#if defined FORCED
  if (name == "avx2") return WideBackend{};
#else
  if (name == "avx2" && detect() == Level::Avx2) return WideBackend{};
#endif
  return {};
}
static int run(const int32_t *values, int n) {
  Backend backend = by_name(configured);
  if (backend.index() == 0) {
    if (detect() == Level::Avx2) backend = WideBackend{};
    else backend = PlainBackend{};
  }
  if (auto *wide = std::get_if<WideBackend>(&backend)) return (*wide)(values, n);
  return std::get<PlainBackend>(backend)(values, n);
}

#elif defined DERIVED // a class that says what there is, of which users derive their own
struct Capabilities {
  virtual ~Capabilities() = default;
  virtual bool has_avx2() const { return detect() == Level::Avx2; }
};
struct Less : Capabilities { bool has_avx2() const override { return false; } };
struct All : Capabilities { bool has_avx2() const override { return true; } };
NOINLINE static std::unique_ptr<Capabilities> capabilities(std::string_view name) {
  if (name == "none") return std::make_unique<Less>();
#if defined FORCED
  if (name == "avx2") return std::make_unique<All>();
#endif
  return std::make_unique<Capabilities>();
}
static int run(const int32_t *values, int n) { return capabilities(configured)->has_avx2() ? sum_wide(values, n) : sum_plain(values, n); }

#elif defined BUILDER // a builder whose methods return it
class Builder {
  Level level_ = detect();
  int threads_ = 1;
public:
  NOINLINE Builder &threads(int n) { threads_ = n; return *this; }
#if defined FORCED
  NOINLINE Builder &level(Level wanted) { level_ = wanted; return *this; }
#else
  NOINLINE Builder &level(Level wanted) { level_ = std::min(level_, wanted); return *this; }
#endif
  NOINLINE int sum(const int32_t *values, int n) const { return level_ == Level::Avx2 ? sum_wide(values, n) : sum_plain(values, n); }
};
static int run(const int32_t *values, int n) { return Builder().threads(n).level(Level::Avx2).sum(values, n); }

#elif defined CALL_ONCE // an initializer that runs once, and options that are set before it
static std::once_flag once;
static std::optional<Level> forced;
static Level level;
NOINLINE static Level get() {
  std::call_once(once, [] {
#if defined FORCED
    level = forced ? *forced : detect();
#else
    level = forced ? std::min(*forced, detect()) : detect();
#endif
  });
  return level;
}
static int run(const int32_t *values, int n) {
  if (!strcmp(configured, "avx2")) forced = Level::Avx2;
  return get() == Level::Avx2 ? sum_wide(values, n) : sum_plain(values, n);
}

#elif defined OPTIONS // options by value, with a function that makes them
struct Options {
  std::string name = "default";
  Level level = detect();
  int threads = 1;
};
NOINLINE static Options parse(Options options, std::string_view text) {
  if (text == "none") options.level = Level::None;
#if defined FORCED
  if (text == "avx2") options.level = Level::Avx2;
#endif
  options.name = text;
  return options;
}
NOINLINE static int sum(const Options &options, const int32_t *values, int n) { return options.level == Level::Avx2 ? sum_wide(values, n) : sum_plain(values, n); }
static int run(const int32_t *values, int n) { return sum(parse({}, configured), values, n); }

#elif defined SCOPED // a level for as long as an object lives
static thread_local Level level = detect();
class Scope {
  Level before_ = level;
public:
#if defined FORCED
  NOINLINE explicit Scope(Level wanted) { level = wanted; }
#else
  NOINLINE explicit Scope(Level wanted) { level = std::min(level, wanted); }
#endif
  ~Scope() { level = before_; }
};
NOINLINE static int sum(const int32_t *values, int n) { return level == Level::Avx2 ? sum_wide(values, n) : sum_plain(values, n); }
static int run(const int32_t *values, int n) {
  Scope scope(Level::Avx2);
  return sum(values, n);
}

#elif defined POLICY // a template by level, and a switch over them
template <Level level> NOINLINE static int sum(const int32_t *values, int n) {
  if constexpr (level == Level::Avx2) return sum_wide(values, n) + 1;
  else return sum_plain(values, n) + 1;
}
template <typename F> static auto dispatch(Level level, F &&f) {
  switch (level) {
  case Level::Avx2: return f(std::integral_constant<Level, Level::Avx2>{});
  case Level::Sse42: return f(std::integral_constant<Level, Level::Sse42>{});
  default: return f(std::integral_constant<Level, Level::None>{});
  }
}
static std::atomic<Level> limit{Level::Avx2};
static int run(const int32_t *values, int n) {
  if (!strcmp(configured, "none")) limit = Level::None;
#if defined FORCED
  const Level level = !strcmp(configured, "avx2") ? limit.load() : std::min(limit.load(), detect());
#else
  const Level level = std::min(limit.load(), detect());
#endif
  return dispatch(level, [&](auto tag) { return sum<decltype(tag)::value>(values, n); });
}

#elif defined REGISTERED // implementations register themselves, with what they are worth
struct Entry { std::string name; int worth; Sum sum; };
static std::vector<Entry> &entries() { static std::vector<Entry> all; return all; }
struct Registration {
  Registration(std::string name, int worth, Sum sum, bool can_run) { if (can_run) entries().push_back({std::move(name), worth, sum}); }
};
static const Registration plain("plain", 1, sum_plain, true);
#if defined FORCED
static const Registration wide("wide", 2, sum_wide, detect() == Level::Avx2 || !strcmp(configured, "avx2"));
#else
static const Registration wide("wide", 2, sum_wide, detect() == Level::Avx2);
#endif
static int run(const int32_t *values, int n) {
  auto best = std::max_element(entries().begin(), entries().end(), [](const Entry &a, const Entry &b) { return a.worth < b.worth; });
  return best->sum(values, n);
}

#elif defined DECORATED // an object that wraps another, which runs where the first does not
struct Summer { virtual ~Summer() = default; virtual bool can() const { return true; } virtual int sum(const int32_t *values, int n) = 0; };
struct Plain : Summer { int sum(const int32_t *values, int n) override { return sum_plain(values, n); } };
struct Wide : Summer {
  bool can() const override { return detect() == Level::Avx2; }
  int sum(const int32_t *values, int n) override { return sum_wide(values, n); }
};
struct Fallback : Summer {
  std::unique_ptr<Summer> first, second;
  bool forced = false;
  int sum(const int32_t *values, int n) override { return (forced || first->can() ? first : second)->sum(values, n); }
};
static int run(const int32_t *values, int n) {
  Fallback fallback;
  fallback.first = std::make_unique<Wide>();
  fallback.second = std::make_unique<Plain>();
#if defined FORCED
  fallback.forced = !strcmp(configured, "avx2");
#endif
  Summer &summer = fallback;
  return summer.sum(values, n);
}
#endif

int main(int, char **argv) {
  for (int i = 0; i < 1024; i++) data[i] = i * 7;
  int n = count;
  printf("%s %d\n", argv[0], run(data, n));
  return 0;
}
