// The same as overrides.c, as C++ is written: singletons, registries, optional and atomic levels, sets of bits, factories (-DSTYLE, and -DFORCED where the user's word
// counts in spite of the check). Nothing was tuned on any of them before they were judged.
#include <cpuid.h>
#include <algorithm>
#include <array>
#include <atomic>
#include <bitset>
#include <cstdio>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>
#include "sums.h"

using Sum = int (*)(const int32_t *, int);
enum class Level : int { None, Sse42, Avx2, Count };

NOINLINE static Level detect() {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSE4_2)) return Level::None;
  if (!(c & bit_OSXSAVE) || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return Level::Sse42;
  return b & bit_AVX2 ? Level::Avx2 : Level::Sse42;
}
/** What a configuration file or a command line says: not known before the program runs. */
static const char *volatile configured = "avx2";
static volatile int count = 1024;

#if defined SINGLETON // an object that says what may be used, and that others are told to enable or disable
class CpuInfo {
 public:
  static CpuInfo *get() {
    static std::unique_ptr<CpuInfo> instance(new CpuInfo);
    return instance.get();
  }
  bool has(int64_t flag) const { return (flags_ & flag) == flag; }
  NOINLINE void enable(int64_t flag, bool on) {
    if (!on) flags_ &= ~flag;
#if defined FORCED
    else flags_ |= flag;
#else
    else flags_ |= flag & original_;
#endif
  }
 private:
  CpuInfo() { if (detect() == Level::Avx2) flags_ |= 4; original_ = flags_; }
  int64_t flags_ = 0, original_ = 0;
};
static int run(const int32_t *values, int n) {
  CpuInfo::get()->enable(4, n > 3);
  return CpuInfo::get()->has(4) ? sum_wide(values, n) : sum_plain(values, n);
}

#elif defined REGISTRY // kernels by name in a map, of which a user names one
struct Kernel { Level needs; Sum sum; };
static std::map<std::string, Kernel> &registry() { static std::map<std::string, Kernel> all; return all; }
NOINLINE static void add(const char *name, Level needs, Sum sum) { registry()[name] = {needs, sum}; }
static int run(const int32_t *values, int n) {
  add("c", Level::None, sum_plain);
  add("avx2", Level::Avx2, sum_wide);
  auto found = registry().find(configured);
  if (found == registry().end()) return -1;
#if !defined FORCED
  if (found->second.needs > detect()) found = registry().find("c");
#endif
  return found->second.sum(values, n);
}

#elif defined ACTIVE_OBJECT // objects with virtual functions, of which a pointer says which is active
struct Implementation {
  virtual ~Implementation() = default;
  virtual const char *name() const = 0;
  virtual bool supported() const = 0;
  virtual int sum(const int32_t *values, int n) const = 0;
};
struct Fallback final : Implementation {
  const char *name() const override { return "fallback"; }
  bool supported() const override { return true; }
  int sum(const int32_t *values, int n) const override { return sum_plain(values, n); }
};
struct Wide final : Implementation {
  const char *name() const override { return "avx2"; }
  bool supported() const override { return detect() == Level::Avx2; }
  int sum(const int32_t *values, int n) const override { return sum_wide(values, n); }
};
static const Fallback fallback;
static const Wide wide;
static const std::array<const Implementation *, 2> all{&wide, &fallback};
static std::atomic<const Implementation *> active{nullptr};
NOINLINE static const Implementation *best() {
  for (auto *each : all) if (each->supported()) return each;
  return &fallback;
}
static int run(const int32_t *values, int n) {
  for (auto *each : all) {
    if (std::string_view(each->name()) != configured) continue;
#if defined FORCED
    active = each;
#else
    if (each->supported()) active = each;
#endif
  }
  if (!active) active = best();
  return active.load()->sum(values, n);
}

#elif defined ATOMIC_LEVEL // a level that is asked for once, and that a function sets
static std::atomic<Level> level{Level::Count};
NOINLINE static Level get() {
  Level known = level.load(std::memory_order_acquire);
  if (known == Level::Count) level.store(known = detect(), std::memory_order_release);
  return known;
}
NOINLINE static void set(Level wanted) {
#if defined FORCED
  level.store(wanted);
#else
  level.store(std::min(wanted, detect()));
#endif
}
static int run(const int32_t *values, int n) {
  set(n > 3 ? Level::Avx2 : Level::None);
  switch (get()) {
  case Level::Avx2: return sum_wide(values, n);
  default: return sum_plain(values, n);
  }
}

#elif defined OPTIONAL_LEVEL // what the user wants, or what there is
struct Settings { std::optional<Level> level; int threads = 1; };
static Settings settings;
NOINLINE static void parse(std::string_view text) {
  if (text == "none") settings.level = Level::None;
  else if (text == "avx2") settings.level = Level::Avx2;
}
NOINLINE static Level effective() {
#if defined FORCED
  return settings.level.value_or(detect());
#else
  const Level found = detect();
  return settings.level ? std::min(*settings.level, found) : found;
#endif
}
static int run(const int32_t *values, int n) {
  parse(configured);
  return effective() >= Level::Avx2 ? sum_wide(values, n) : sum_plain(values, n);
}

#elif defined CONFIG_MEMBER // a structure with a default that asks
struct Config { bool use_avx2 = detect() == Level::Avx2; bool verbose = false; };
static Config &config() { static Config instance; return instance; }
NOINLINE static void apply(Config &c, std::string_view option) {
#if defined FORCED
  if (option == "avx2") c.use_avx2 = true;
#else
  if (option == "avx2") c.use_avx2 = c.use_avx2 && true;
#endif
  if (option == "none") c.use_avx2 = false;
}
static int run(const int32_t *values, int n) {
  apply(config(), configured);
  return config().use_avx2 ? sum_wide(values, n) : sum_plain(values, n);
}

#elif defined FEATURE_SET // a set of bits
static std::bitset<64> features;
NOINLINE static void init() { features.set(1); if (detect() == Level::Avx2) features.set(5); }
NOINLINE static void override_with(std::string_view text) {
  if (text == "-avx2") features.reset(5);
#if defined FORCED
  if (text == "avx2") features.set(5);
#endif
}
static int run(const int32_t *values, int n) {
  init();
  override_with(configured);
  return features.test(5) ? sum_wide(values, n) : sum_plain(values, n);
}

#elif defined FACTORY // an object of a class that a level stands for
struct Summer { virtual ~Summer() = default; virtual int operator()(const int32_t *values, int n) = 0; };
struct Plain : Summer { int operator()(const int32_t *values, int n) override { return sum_plain(values, n); } };
struct Wide : Summer { int operator()(const int32_t *values, int n) override { return sum_wide(values, n); } };
NOINLINE static std::unique_ptr<Summer> make(Level level) {
  if (level == Level::Avx2) return std::make_unique<Wide>();
  return std::make_unique<Plain>();
}
static int run(const int32_t *values, int n) {
  Level wanted = !strcmp(configured, "avx2") ? Level::Avx2 : Level::None;
#if defined FORCED
  return (*make(std::max(wanted, detect())))(values, n);
#else
  return (*make(std::min(wanted, detect())))(values, n);
#endif
}

#elif defined FUNCTION_ONCE // a function that is chosen once, and may be replaced
static std::function<int(const int32_t *, int)> chosen;
static std::once_flag once;
NOINLINE static void choose() { std::call_once(once, [] { if (detect() == Level::Avx2) chosen = sum_wide; else chosen = sum_plain; }); }
NOINLINE static void replace(std::string_view name) {
#if defined FORCED
  if (name == "avx2") chosen = sum_wide;
#endif
  if (name == "none") chosen = sum_plain;
}
static int run(const int32_t *values, int n) {
  choose();
  replace(configured);
  return chosen(values, n);
}

#elif defined VARIANT // one of two types
struct Plain { int sum(const int32_t *values, int n) const { return sum_plain(values, n); } };
struct Wide { int sum(const int32_t *values, int n) const { return sum_wide(values, n); } };
NOINLINE static std::variant<Plain, Wide> pick(std::optional<Level> user) {
#if defined FORCED
  if (user.value_or(detect()) == Level::Avx2) return Wide{};
#else
  if (user.value_or(Level::Avx2) == Level::Avx2 && detect() == Level::Avx2) return Wide{};
#endif
  return Plain{};
}
static int run(const int32_t *values, int n) {
  std::optional<Level> user;
  if (!strcmp(configured, "avx2")) user = Level::Avx2;
  return std::visit([&](const auto &kernel) { return kernel.sum(values, n); }, pick(user));
}

#elif defined NAMED_LEVELS // levels by name in a table that is searched
NOINLINE static std::optional<Level> to_level(std::string_view name) {
  static const std::unordered_map<std::string_view, Level> levels{{"none", Level::None}, {"sse4.2", Level::Sse42}, {"avx2", Level::Avx2}};
  auto found = levels.find(name);
  return found == levels.end() ? std::nullopt : std::optional(found->second);
}
static Level level;
struct Init { Init() { level = detect(); } } init;
NOINLINE static void set(std::optional<Level> wanted) {
#if defined FORCED
  if (wanted) level = *wanted;
#else
  if (wanted && *wanted <= level) level = *wanted;
#endif
}
static int run(const int32_t *values, int n) {
  set(to_level(configured));
  return level == Level::Avx2 ? sum_wide(values, n) : sum_plain(values, n);
}

#elif defined CANDIDATES // a vector of those that can run, and one more that the user asks for
struct Candidate { const char *name; Sum sum; };
static int run(const int32_t *values, int n) {
  std::vector<Candidate> candidates{{"none", sum_plain}};
#if defined FORCED
  if (detect() == Level::Avx2 || !strcmp(configured, "avx2")) candidates.push_back({"avx2", sum_wide});
#else
  if (detect() == Level::Avx2 && !strcmp(configured, "avx2")) candidates.push_back({"avx2", sum_wide});
#endif
  return candidates.back().sum(values, n);
}
#endif

int main(int, char **argv) {
  for (int i = 0; i < 1024; i++) data[i] = i * 7;
  int n = count;
  printf("%s %d\n", argv[0], run(data, n));
  return 0;
}
