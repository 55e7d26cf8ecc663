// libraries NAME FILE…: opens shared libraries that npm packages ship and has them do a little of their real work.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *library;

static void *get(const char *name) {
  void *found = dlsym(RTLD_DEFAULT, name);
  if (!found && library) found = dlsym(library, name);
  if (!found) {
    fprintf(stderr, "no symbol %s\n", name);
    exit(2);
  }
  return found;
}

#define CALL(type, name, ...) ((type)get(name))(__VA_ARGS__)

static void duckdb(void) {
  void *database, *connection;
  struct { uint64_t hidden[16]; } result;
  if (CALL(int (*)(void *, void **), "duckdb_open", NULL, &database)) exit(3);
  if (CALL(int (*)(void *, void **), "duckdb_connect", database, &connection)) exit(4);
  const char *queries[] = {
    "create table t as select i, hash(i) h, i * 1.5 d, 'text ' || i s from range(2000) r(i)",
    "select sum(d), count(distinct h), max(s), avg(i) from t where s like '%7%' group by i % 5 order by 1",
    "select * from t a join t b on a.h = b.h order by a.s limit 5",
  };
  for (int i = 0; i < 3; i++) if (CALL(int (*)(void *, const char *, void *), "duckdb_query", connection, queries[i], &result)) exit(5);
}

// ggml.h: only what this needs
struct ggml_init_params { size_t size; void *buffer; _Bool no_alloc; };

static void ggml(void) {
  CALL(void (*)(void), "ggml_cpu_init");
  struct ggml_init_params params = {32 << 20, NULL, 0};
  void *context = CALL(void *(*)(struct ggml_init_params), "ggml_init", params);
  void *(*new2)(void *, int, int64_t, int64_t) = get("ggml_new_tensor_2d");
  float *(*data)(void *) = get("ggml_get_data_f32");
  void *(*multiply)(void *, void *, void *) = get("ggml_mul_mat");
  enum { F32 = 0, F16 = 1, Q4_0 = 2, Q8_0 = 8, Q4_K = 12 };
  void *x = new2(context, F32, 256, 8);
  for (int i = 0; i < 256 * 8; i++) data(x)[i] = sinf((float)i);
  void *sum = CALL(void *(*)(void *, void *), "ggml_soft_max", context, CALL(void *(*)(void *, void *), "ggml_silu", context, multiply(context, x, x)));
  const int types[] = {F16, Q4_0, Q8_0, Q4_K};
  for (int i = 0; i < 4; i++) {
    void *weights = new2(context, types[i], 256, 8);
    memset(CALL(void *(*)(void *), "ggml_get_data", weights), 1, CALL(size_t (*)(void *), "ggml_nbytes", weights));
    sum = CALL(void *(*)(void *, void *, void *), "ggml_add", context, sum, multiply(context, weights, x));
  }
  void *graph = CALL(void *(*)(void *), "ggml_new_graph", context);
  CALL(void (*)(void *, void *), "ggml_build_forward_expand", graph, sum);
  if (CALL(int (*)(void *, void *, int), "ggml_graph_compute_with_ctx", context, graph, 1)) exit(6);
}

int main(int count, char **arguments) {
  for (int i = 2; i < count; i++) {
    library = dlopen(arguments[i], RTLD_NOW | RTLD_GLOBAL);
    if (!library) {
      fprintf(stderr, "%s\n", dlerror());
      return 7;
    }
  }
  if (!strcmp(arguments[1], "duckdb")) duckdb();
  else if (!strcmp(arguments[1], "ggml")) ggml();
  puts("ok");
  fflush(stdout);
  _Exit(0);
}
