// How C++ of today comes to a kernel with AVX2 (-DSTYLE), as people write it who have not thought about how that is found out: kernels that bear the
// name of the CPU, containers, standard functions. _FORCED and the like need it; nothing was tuned on most of them before they were judged.
#include <immintrin.h>
#include <cpuid.h>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <map>
#include <vector>
#include <array>
#include <mutex>
#include <thread>
#include <future>
#include <stdexcept>
#include <optional>
#include <variant>
#include <atomic>
#include <algorithm>
#define AVX2 __attribute__((target("avx2")))
#define NI __attribute__((noinline))
using u32 = uint32_t;
static AVX2 NI u32 hash_avx2(const unsigned char *p, size_t n) {
  __m256i acc = _mm256_setzero_si256();
  size_t i = 0;
  for (; i + 32 <= n; i += 32) acc = _mm256_add_epi8(acc, _mm256_loadu_si256((const __m256i *)(p + i)));
  unsigned char l[32]; _mm256_storeu_si256((__m256i *)l, acc);
  unsigned char s = 0; for (int k = 0; k < 32; k++) s += l[k];
  for (; i < n; i++) s += p[i];
  return s;
}
static NI u32 hash_plain(const unsigned char *p, size_t n) { unsigned char s = 0; for (size_t i = 0; i < n; i++) s += p[i]; return s; }
static bool has_avx2() { return __builtin_cpu_supports("avx2"); }
using Hash = u32 (*)(const unsigned char *, size_t);

#if defined STD_FUNCTION
static const std::function<u32(const unsigned char *, size_t)> impl = has_avx2() ? std::function<u32(const unsigned char *, size_t)>(hash_avx2) : hash_plain;
static u32 run(const unsigned char *p, size_t n) { return impl(p, n); }
#elif defined LAMBDA_STATIC
static u32 run(const unsigned char *p, size_t n) { static const Hash f = [] { return has_avx2() ? hash_avx2 : hash_plain; }(); return f(p, n); }
#elif defined FACTORY || defined FACTORY_FORCED || defined FACTORY_BY_NAME
struct Hasher { virtual ~Hasher() = default; virtual u32 hash(const unsigned char *, size_t) const = 0; };
struct Avx2Hasher final : Hasher { u32 hash(const unsigned char *p, size_t n) const override { return hash_avx2(p, n); } };
struct PlainHasher final : Hasher { u32 hash(const unsigned char *p, size_t n) const override { return hash_plain(p, n); } };
NI static std::unique_ptr<Hasher> make(const char *name) {
#if defined FACTORY_FORCED
  if (has_avx2()) std::puts("has AVX2");
  return std::make_unique<Avx2Hasher>();
#elif defined FACTORY_BY_NAME
  if (!std::strcmp(name, "avx2") && has_avx2()) return std::make_unique<Avx2Hasher>();
  return std::make_unique<PlainHasher>();
#else
  if (has_avx2()) return std::make_unique<Avx2Hasher>();
  return std::make_unique<PlainHasher>();
#endif
}
static u32 run(const unsigned char *p, size_t n) { return make(n > 3 ? "avx2" : "plain")->hash(p, n); }
#elif defined TEMPLATE_ISA
struct V3 { static u32 hash(const unsigned char *p, size_t n) { return hash_avx2(p, n); } };
struct V1 { static u32 hash(const unsigned char *p, size_t n) { return hash_plain(p, n); } };
template <class I> NI static u32 twice(const unsigned char *p, size_t n) { u32 a = I::hash(p, n); return (a + I::hash(p, n)) / 2; }
static u32 run(const unsigned char *p, size_t n) { return has_avx2() ? twice<V3>(p, n) : twice<V1>(p, n); }
#elif defined REGISTRY || defined REGISTRY_BEST || defined REGISTRY_FORCED
struct Entry { Hash f; bool ok; int rank; };
static std::unordered_map<std::string, Entry> &registry() { static std::unordered_map<std::string, Entry> r; return r; }
struct Register { Register(const char *n, Entry e) { registry().emplace(n, e); } };
static Register r1("plain", {hash_plain, true, 0});
static Register r2("avx2", {hash_avx2, has_avx2(), 9});
static u32 run(const unsigned char *p, size_t n) {
#if defined REGISTRY_FORCED
  return registry().at("avx2").f(p, n);
#elif defined REGISTRY_BEST
  const Entry *best = nullptr;
  for (auto &[k, e] : registry()) if (e.ok && (!best || e.rank > best->rank)) best = &e;
  return best->f(p, n);
#else
  const Entry &e = registry().at("avx2");
  return e.ok ? e.f(p, n) : registry().at("plain").f(p, n);
#endif
}
#elif defined VARIANT
struct Wide { u32 operator()(const unsigned char *p, size_t n) const { return hash_avx2(p, n); } };
struct Plain { u32 operator()(const unsigned char *p, size_t n) const { return hash_plain(p, n); } };
static u32 run(const unsigned char *p, size_t n) { std::variant<Plain, Wide> v; if (has_avx2()) v = Wide{}; return std::visit([&](auto &h) { return h(p, n); }, v); }
#elif defined CALL_ONCE
static Hash chosen = hash_plain; static std::once_flag once;
static u32 run(const unsigned char *p, size_t n) { std::call_once(once, [] { if (has_avx2()) chosen = hash_avx2; }); return chosen(p, n); }
#elif defined ENUM_SWITCH || defined ENUM_FORCED
enum class Isa { Plain, Sse42, Avx2 };
NI static Isa detect() { if (has_avx2()) return Isa::Avx2; if (__builtin_cpu_supports("sse4.2")) return Isa::Sse42; return Isa::Plain; }
struct Context { std::vector<int> scratch; Isa isa; std::string label; };
NI static u32 dispatch(const Context &c, const unsigned char *p, size_t n) { switch (c.isa) { case Isa::Avx2: return hash_avx2(p, n); case Isa::Sse42: default: return hash_plain(p, n); } }
static u32 run(const unsigned char *p, size_t n) { Context c{std::vector<int>(n), detect(), "x"};
#if defined ENUM_FORCED
  if (n > 7) c.isa = Isa::Avx2;
#endif
  return dispatch(c, p, n); }
#elif defined THROW_REFUSE || defined THROW_CAUGHT
NI static void require_avx2() { if (!has_avx2()) throw std::runtime_error("AVX2 is needed"); }
static u32 run(const unsigned char *p, size_t n) { require_avx2(); return hash_avx2(p, n); }
#elif defined THREAD
static u32 run(const unsigned char *p, size_t n) { u32 r = 0; std::thread t([&] { r = has_avx2() ? hash_avx2(p, n) : hash_plain(p, n); }); t.join(); return r; }
#elif defined THREAD_UNGUARDED
static u32 run(const unsigned char *p, size_t n) { if (__builtin_cpu_supports("avx512f")) std::puts("wide"); u32 r = 0; std::thread t([&] { r = hash_avx2(p, n); }); t.join(); return r; }
#elif defined ASYNC
static u32 run(const unsigned char *p, size_t n) { return std::async(std::launch::async, has_avx2() ? hash_avx2 : hash_plain, p, n).get(); }
#elif defined ARRAY_TABLE || defined ARRAY_TABLE_FORCED
static constexpr std::array<Hash, 3> table{hash_plain, hash_plain, hash_avx2};
NI static int level() { return has_avx2() ? 2 : __builtin_cpu_supports("sse4.2") ? 1 : 0; }
static u32 run(const unsigned char *p, size_t n) {
#if defined ARRAY_TABLE_FORCED
  return table[std::max(level(), 2)](p, n);
#else
  return table[level()](p, n);
#endif
}
#elif defined SINGLETON
struct Cpu { bool avx2, sse42; static const Cpu &get() { static const Cpu c{has_avx2(), (bool)__builtin_cpu_supports("sse4.2")}; return c; } };
static u32 run(const unsigned char *p, size_t n) { return Cpu::get().avx2 ? hash_avx2(p, n) : hash_plain(p, n); }
#elif defined CPUID_CLASS
class InstructionSet { std::vector<std::array<int, 4>> data; public: int max; u32 f7b = 0; InstructionSet() { unsigned a, b, c, d; __cpuid(0, a, b, c, d); max = a; for (int i = 0; i <= max; i++) { __cpuid_count(i, 0, a, b, c, d); data.push_back({(int)a, (int)b, (int)c, (int)d}); } if (max >= 7) f7b = data[7][1]; } bool avx2() const { return f7b >> 5 & 1; } };
static const InstructionSet cpu;
static u32 run(const unsigned char *p, size_t n) { return cpu.avx2() ? hash_avx2(p, n) : hash_plain(p, n); }
#elif defined ATOMIC_SELF
static u32 first(const unsigned char *, size_t); static std::atomic<Hash> self{first};
static u32 first(const unsigned char *p, size_t n) { Hash f = has_avx2() ? hash_avx2 : hash_plain; self.store(f); return f(p, n); }
static u32 run(const unsigned char *p, size_t n) { return self.load(std::memory_order_relaxed)(p, n); }
#elif defined OPTIONAL
NI static std::optional<Hash> fast() { if (has_avx2()) return hash_avx2; return std::nullopt; }
static u32 run(const unsigned char *p, size_t n) { return fast().value_or(hash_plain)(p, n); }
#elif defined VECTOR_SORT
struct K { int rank; Hash f; };
static u32 run(const unsigned char *p, size_t n) { std::vector<K> ks{{0, hash_plain}}; if (has_avx2()) ks.push_back({5, hash_avx2}); std::sort(ks.begin(), ks.end(), [](auto &a, auto &b) { return a.rank > b.rank; }); return ks[0].f(p, n); }
#elif defined OPS_STRUCT
struct Ops { const char *name; Hash hash; int width; };
static const Ops wide{"avx2", hash_avx2, 32}, plain{"plain", hash_plain, 1};
struct Engine { const Ops *ops; int seed; Engine() : ops(has_avx2() ? &wide : &plain), seed(1) {} NI u32 go(const unsigned char *p, size_t n) { seed++; return ops->hash(p, n); } };
static u32 run(const unsigned char *p, size_t n) { Engine e; return e.go(p, n); }
#elif defined TARGET_CLONES
__attribute__((target_clones("avx2", "default"))) NI u32 cloned(const unsigned char *p, size_t n) { unsigned char s = 0; for (size_t i = 0; i < n; i++) s += p[i]; return s; }
static u32 run(const unsigned char *p, size_t n) { return cloned(p, n); }
#elif defined MULTIVERSION
__attribute__((target("default"))) NI u32 mv(const unsigned char *p, size_t n) { return hash_plain(p, n); }
__attribute__((target("avx2"))) NI u32 mv(const unsigned char *p, size_t n) { return hash_avx2(p, n); }
static u32 run(const unsigned char *p, size_t n) { return mv(p, n); }
#elif defined INVERTED
static u32 run(const unsigned char *p, size_t n) { return !has_avx2() ? hash_avx2(p, n) : hash_plain(p, n); }
#elif defined PRINTED
static u32 run(const unsigned char *p, size_t n) { std::printf("avx2: %d\n", has_avx2()); return hash_plain(p, n); }
#elif defined PRINTED_UNGUARDED
static u32 run(const unsigned char *p, size_t n) { std::printf("avx2: %d\n", has_avx2()); return hash_avx2(p, n); }
#elif defined GETENV_GUARDED
static u32 run(const unsigned char *p, size_t n) { const char *e = std::getenv("NO_AVX2"); return has_avx2() && !e ? hash_avx2(p, n) : hash_plain(p, n); }
#elif defined INIT_UNGUARDED
struct Boot { u32 h; Boot() { static const unsigned char z[64] = {1, 2}; h = hash_avx2(z, 64); } };
static Boot boot;
static u32 run(const unsigned char *p, size_t n) { return has_avx2() ? hash_avx2(p, n) : hash_plain(p, n) + (boot.h & 0); }
#elif defined CRTP
template <class D> struct Base { NI u32 go(const unsigned char *p, size_t n) { return static_cast<D *>(this)->hash(p, n); } };
struct W : Base<W> { u32 hash(const unsigned char *p, size_t n) { return hash_avx2(p, n); } };
struct P : Base<P> { u32 hash(const unsigned char *p, size_t n) { return hash_plain(p, n); } };
static u32 run(const unsigned char *p, size_t n) { if (has_avx2()) { W w; return w.go(p, n); } P q; return q.go(p, n); }
#elif defined MEMBER_POINTER
struct M { bool fast; u32 (M::*f)(const unsigned char *, size_t); M() : fast(has_avx2()), f(fast ? &M::wide : &M::plain) {} u32 wide(const unsigned char *p, size_t n) { return hash_avx2(p, n); } u32 plain(const unsigned char *p, size_t n) { return hash_plain(p, n); } };
static M m;
static u32 run(const unsigned char *p, size_t n) { return (m.*m.f)(p, n); }
#elif defined OPTIONS_OVERRIDE
struct Options { bool allow_avx2 = has_avx2(); int threads = 1; };
NI static void parse(Options &o, int argc) { if (argc > 5) o.allow_avx2 = false; o.threads = argc; }
NI static u32 work(const Options &o, const unsigned char *p, size_t n) { return o.allow_avx2 ? hash_avx2(p, n) : hash_plain(p, n); }
static u32 run(const unsigned char *p, size_t n) { Options o; parse(o, (int)(n & 3)); return work(o, p, n); }
#elif defined OPTIONS_FORCE
struct Options { bool allow_avx2 = has_avx2(); int threads = 1; };
NI static void parse(Options &o, int argc) { if (argc < 5) o.allow_avx2 = true; o.threads = argc; }
NI static u32 work(const Options &o, const unsigned char *p, size_t n) { return o.allow_avx2 ? hash_avx2(p, n) : hash_plain(p, n); }
static u32 run(const unsigned char *p, size_t n) { Options o; parse(o, (int)(n & 3)); return work(o, p, n); }
#endif
int main(int argc, char **argv) {
  std::vector<unsigned char> v(1000 + argc); for (size_t i = 0; i < v.size(); i++) v[i] = i * 7;
#if defined THROW_CAUGHT
  try { u32 h = run(v.data(), v.size()); std::printf("%u\n", h); return h == hash_plain(v.data(), v.size()) ? 0 : 2; } catch (const std::exception &e) { std::fprintf(stderr, "%s\n", e.what()); return 1; }
#endif
  u32 h = run(v.data(), v.size());
  std::printf("%u\n", h);
  return h == hash_plain(v.data(), v.size()) ? 0 : 2;
}
