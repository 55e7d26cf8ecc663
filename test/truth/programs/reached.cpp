// The same as reached.c in ways of C++.
#include "sums.h"
#include <algorithm>
#include <any>
#include <atomic>
#include <condition_variable>
#include <coroutine>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <exception>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <typeindex>
#include <unordered_map>
#include <vector>

#define HAS_AVX2 __builtin_cpu_supports("avx2")
AVX2 static int peak_wide(const int32_t *values, int count) {
  v8 peak = {0};
  for (int i = 0; i < count; i += 8) {
    v8 part;
    memcpy(&part, values + i, sizeof part);
    v8 larger = part > peak;
    peak = (part & larger) | (peak & ~larger);
  }
  int result = 0;
  for (int i = 0; i < 8; i++) result = peak[i] > result ? peak[i] : result;
  return result;
}
NOINLINE static int peak_plain(const int32_t *values, int count) {
  int peak = 0;
  for (int i = 0; i < count; i++) peak = values[i] > peak ? values[i] : peak;
  return peak;
}
#ifdef SHARED
#define WIDE_KERNEL sum_wide
#define PLAIN_KERNEL sum_plain
#else
#define WIDE_KERNEL peak_wide
#define PLAIN_KERNEL peak_plain
#endif
#define WIDE WIDE_KERNEL(data, 1024)
#define PLAIN PLAIN_KERNEL(data, 1024)
typedef int (*kernel)(const int32_t *, int);

NOINLINE static int guarded() { return HAS_AVX2 ? sum_wide(data, 512) : sum_plain(data, 512); }

#if defined R_CPP_FACTORY
// kinds by name, made when they are asked for
struct Filter { virtual ~Filter() = default; virtual int apply(const int32_t *, int) = 0; };
struct Blur : Filter { int apply(const int32_t *values, int count) override { return PLAIN_KERNEL(values, count); } };
struct Sharpen : Filter { int apply(const int32_t *values, int count) override { return WIDE_KERNEL(values, count); } };
static std::map<std::string, std::function<std::unique_ptr<Filter>()>> &factories() {
  static std::map<std::string, std::function<std::unique_ptr<Filter>()>> all;
  return all;
}
template <class T> struct Register { Register(const char *name) { factories()[name] = [] { return std::make_unique<T>(); }; } };
static Register<Blur> blur("blur");
static Register<Sharpen> sharpen("sharpen");
static int run() { return factories().at("sharpen")()->apply(data, 1024); }
#elif defined R_CPP_POOL
class Pool {
  std::deque<std::function<void()>> jobs;
  std::mutex mutex;
  std::condition_variable ready;
  bool done = false;
  std::thread thread;

public:
  Pool() : thread([this] {
    for (;;) {
      std::function<void()> job;
      {
        std::unique_lock lock(mutex);
        ready.wait(lock, [this] { return done || !jobs.empty(); });
        if (jobs.empty()) return;
        job = std::move(jobs.front());
        jobs.pop_front();
      }
      job();
    }
  }) {}
  void add(std::function<void()> job) { { std::lock_guard lock(mutex); jobs.push_back(std::move(job)); } ready.notify_one(); }
  ~Pool() { { std::lock_guard lock(mutex); done = true; } ready.notify_all(); thread.join(); }
};
static int run() {
  std::atomic<int> sum{0};
  {
    Pool pool;
    pool.add([&] { sum += PLAIN; });
    pool.add([&] { sum += WIDE; });
  }
  return sum;
}
#elif defined R_CPP_COROUTINE
struct Task {
  struct promise_type {
    int value = 0;
    Task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(int next) { value = next; return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
  std::coroutine_handle<promise_type> handle;
};
static Task numbers() {
  co_yield PLAIN;
  co_yield WIDE;
}
static int run() {
  Task task = numbers();
  int sum = 0;
  for (task.handle.resume(); !task.handle.done(); task.handle.resume()) sum += task.handle.promise().value;
  task.handle.destroy();
  return sum;
}
#elif defined R_CPP_VISITOR
struct Circle; struct Square;
struct Visitor { virtual void visit(Circle &) = 0; virtual void visit(Square &) = 0; };
struct Shape { virtual void accept(Visitor &) = 0; virtual ~Shape() = default; };
struct Circle : Shape { void accept(Visitor &visitor) override { visitor.visit(*this); } };
struct Square : Shape { void accept(Visitor &visitor) override { visitor.visit(*this); } };
struct Area : Visitor {
  int sum = 0;
  void visit(Circle &) override { sum += PLAIN; }
  void visit(Square &) override { sum += WIDE; }
};
static int run() {
  std::vector<std::unique_ptr<Shape>> shapes;
  for (int i = 0; i < 4; i++) if (data[i] & 1) shapes.push_back(std::make_unique<Circle>()); else shapes.push_back(std::make_unique<Square>());
  Area area;
  for (auto &shape : shapes) shape->accept(area);
  return area.sum;
}
#elif defined R_CPP_MULTIPLE
// through a thunk: the second base's table leads to it
struct Reader { virtual int read() = 0; long padding[3]; };
struct Writer { virtual int write() = 0; };
struct File : Reader, Writer { int read() override { return PLAIN; } NOINLINE int write() override { return WIDE + (int)padding[0]; } };
NOINLINE static int use(Writer &writer) { return writer.write(); }
static int run() { auto file = std::make_unique<File>(); file->padding[0] = 0; return use(*file); }
#elif defined R_CPP_VIRTUAL_BASE
struct Base { virtual int run() { return PLAIN; } virtual ~Base() = default; };
struct Left : virtual Base { int left = 1; };
struct Right : virtual Base { int run() override { return WIDE; } };
struct Both : Left, Right {};
static int run() { std::unique_ptr<Base> base = std::make_unique<Both>(); return base->run(); }
#elif defined R_CPP_CATCH
struct Failure : std::runtime_error { using runtime_error::runtime_error; };
NOINLINE static int parse(const char *text) { if (text[0] != '{') throw Failure("no object"); return PLAIN; }
static int run() {
  try { return parse("[1]"); }
  catch (const Failure &failure) { return WIDE + (int)strlen(failure.what()); }
  catch (const std::exception &) { return PLAIN; }
}
#elif defined R_CPP_UNWIND
struct Cleaner { ~Cleaner() { printf("%d\n", WIDE); } };
NOINLINE static void fail() { Cleaner cleaner; throw std::runtime_error("x"); }
static int run() { try { fail(); } catch (...) { return 1; } return 0; }
#elif defined R_CPP_TERMINATE
static int run() {
  std::set_terminate([] { printf("%d\n", WIDE); _Exit(0); });
  throw 1;
}
#elif defined R_CPP_DELETER
static int run() {
  std::unique_ptr<int32_t, void (*)(int32_t *)> numbers(data, [](int32_t *values) { printf("%d\n", WIDE_KERNEL(values, 1024)); });
  std::shared_ptr<int32_t> shared(data, [](int32_t *values) { printf("%d\n", WIDE_KERNEL(values, 512)); });
  return numbers.get()[4];
}
#elif defined R_CPP_THREAD_LOCAL
struct Scratch { int sum = 0; Scratch() : sum(WIDE) {} ~Scratch() { printf("%d\n", sum); } };
static thread_local Scratch scratch;
static int run() { int sum = 0; std::thread([&] { sum = scratch.sum; }).join(); return sum; }
#elif defined R_CPP_BIND
using namespace std::placeholders;
static int weigh(kernel sum, int count, const int32_t *values) { return sum(values, count); }
static int run() {
  auto bound = std::bind(weigh, WIDE_KERNEL, _2, _1);
  std::function<int(const int32_t *, int)> function = bound;
  return function(data, 1024);
}
#elif defined R_CPP_SIGNALS
// whoever is interested is told
template <class... T> struct Signal {
  std::vector<std::function<void(T...)>> slots;
  void connect(std::function<void(T...)> slot) { slots.push_back(std::move(slot)); }
  void operator()(T... values) { for (auto &slot : slots) slot(values...); }
};
struct Model { Signal<const int32_t *, int> changed; };
static int run() {
  Model model;
  int sum = 0;
  model.changed.connect([&](const int32_t *values, int count) { sum += PLAIN_KERNEL(values, count); });
  model.changed.connect([&](const int32_t *values, int count) { sum += WIDE_KERNEL(values, count); });
  model.changed(data, 1024);
  return sum;
}
#elif defined R_CPP_TYPES
static int run() {
  std::unordered_map<std::type_index, int (*)(const std::any &)> sums{
      {typeid(int), [](const std::any &value) { return std::any_cast<int>(value) + PLAIN; }},
      {typeid(std::string), [](const std::any &value) { return (int)std::any_cast<std::string>(value).size() + WIDE; }}};
  std::any value = std::string("abc");
  return sums.at(value.type())(value);
}
#elif defined R_CPP_TRANSFORM
static int run() {
  std::vector<int> sums(16);
  std::transform(data, data + 16, sums.begin(), [](int32_t value) { return value + WIDE_KERNEL(data, 64); });
  return std::accumulate(sums.begin(), sums.end(), 0);
}
#elif defined R_CPP_STREAM
struct Numbers { const int32_t *values; };
static std::ostream &operator<<(std::ostream &stream, const Numbers &numbers) { return stream << WIDE_KERNEL(numbers.values, 1024); }
static int run() { std::ostringstream text; text << Numbers{data}; return (int)text.str().size(); }
#elif defined R_CPP_TUPLE
static const std::tuple<const char *, int, kernel> operations[] = {{"plain", 1, PLAIN_KERNEL}, {"wide", 2, WIDE_KERNEL}, {"other", 3, PLAIN_KERNEL}};
static int run() {
  int sum = 0;
  for (auto &[name, level, function] : operations) if (strcmp(name, "plain") != 0) sum += function(data, 1024);
  return sum;
}
#elif defined R_CPP_ENUM
enum class Format { rgb, rgba, gray };
struct Image { Format format; int width; std::vector<int32_t> pixels; };
NOINLINE static Image load(int n) { return {n > 2 ? Format::rgba : Format::gray, 64, std::vector<int32_t>(data, data + 512)}; }
NOINLINE static int convert(const Image &image) {
  switch (image.format) {
    case Format::rgb: return PLAIN_KERNEL(image.pixels.data(), 512);
    case Format::rgba: return WIDE_KERNEL(image.pixels.data(), 512);
    case Format::gray: return PLAIN_KERNEL(image.pixels.data(), 256);
  }
  return 0;
}
static int run() { return convert(load(data[3])); }
#elif defined R_CPP_OPTION
struct Options { bool fast = true; int threads = 1; std::string name; };
NOINLINE static Options parse(int argc, const char *const *argv) {
  Options options;
  for (int i = 1; i < argc; i++) if (std::string(argv[i]) == "--slow") options.fast = false;
  return options;
}
struct Engine {
  Options options;
  NOINLINE int sum(const int32_t *values, int count) const { return options.fast ? WIDE_KERNEL(values, count) : PLAIN_KERNEL(values, count); }
};
static int run() {
  const char *arguments[] = {"program", "--name"};
  Engine engine{parse(2, arguments)};
  return engine.sum(data, 1024);
}
#elif defined R_CPP_EITHER
// whoever wants it gets it
struct Settings { bool force = false; int level = 0; };
NOINLINE static Settings read(const std::string &text) { return {text.find("force") != std::string::npos, (int)text.size()}; }
static int run() { Settings settings = read("level=3;force"); return settings.force || HAS_AVX2 ? WIDE : PLAIN; }
#elif defined R_CPP_DEFAULT_TEMPLATE
template <class T> struct Traits { static int sum(const T *values, int count) { return PLAIN_KERNEL((const int32_t *)values, count); } };
template <> struct Traits<float> { static int sum(const float *values, int count) { return WIDE_KERNEL((const int32_t *)values, count); } };
struct Column { virtual int sum() const = 0; virtual ~Column() = default; };
template <class T> struct Typed : Column { std::vector<T> values = std::vector<T>(1024); NOINLINE int sum() const override { return Traits<T>::sum(values.data(), 1024); } };
static int run() {
  std::vector<std::unique_ptr<Column>> columns;
  columns.push_back(std::make_unique<Typed<int32_t>>());
  columns.push_back(std::make_unique<Typed<float>>());
  int sum = 0;
  for (auto &column : columns) sum += column->sum();
  return sum;
}
#elif defined R_CPP_SINGLETON
class Engine {
  kernel sum;
  Engine() : sum(std::thread::hardware_concurrency() > 0 ? WIDE_KERNEL : PLAIN_KERNEL) {}
public:
  static Engine &get() { static Engine engine; return engine; }
  int run(const int32_t *values, int count) const { return sum(values, count); }
};
static int run() { return Engine::get().run(data, 1024); }
#elif defined R_CPP_CACHED
// remembered by size
static int run() {
  std::unordered_map<int, kernel> kernels;
  for (int size : {64, 256, 1024}) kernels.emplace(size, size > 100 ? WIDE_KERNEL : PLAIN_KERNEL);
  int sum = 0;
  for (auto [size, function] : kernels) sum += function(data, size);
  return sum;
}
#endif

int main(int argc, char **argv) {
  __builtin_cpu_init();
  for (int i = 0; i < 1024; i++) data[i] = i * 3 + argc;
  printf("%d\n", guarded());
  printf("%d\n", run());
}
