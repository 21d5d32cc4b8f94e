// What Node loads: `supports(width)`, whether the processor has the instructions, and `bind(memory, width)`, the kernels on that memory, as functions that take what WebAssembly's
// exports of the same names take. It is context-aware: every thread loads it for itself and binds the same memory.
#include <node_api.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef int32_t i32;
typedef uint32_t u32;
typedef uint64_t u64;

#define JOINED(name, width) name##_##width
#define NAMED(name, width) JOINED(name, width)
#define KERNEL(name) NAMED(name, WIDTH)
#define WIDTH 256
#include "kernels.h"
#undef WIDTH
#define WIDTH 512
#include "kernels.h"
#undef WIDTH

/** A memory, and how many functions work on it. */
typedef struct {
  char *base;
  i32 width;
  u32 functions;
#ifdef CHECKED
  napi_ref memory;
#endif
} Binding;

/** Calls a kernel with the numbers that JavaScript gave. */
typedef double (*Call)(char *base, const double *given);

typedef struct {
  const char *name;
  u32 count;
  /** Whether it gives something back. */
  int gives;
  Call call_256, call_512;
#ifdef CHECKED
  void (*check)(char *base, const double *given);
#endif
} Kernel;

typedef struct {
  Binding *binding;
  const Kernel *kernel;
  Call call;
} Bound;

/** A pointer of 0 is none. */
static inline void *at(char *base, double offset) { return offset == 0 ? NULL : base + (u64)offset; }

#define BINDING
#include "calls.generated.h"

#define MOST 32

static napi_value failed(napi_env env, const char *message) {
  napi_throw_error(env, NULL, message);
  return NULL;
}

#ifdef CHECKED
#include "check.h"

/** What the memory holds now: it may have grown. */
static int size_of(napi_env env, const Binding *binding, u64 *size) {
  napi_value memory, buffer, length;
  double bytes;
  if (napi_get_reference_value(env, binding->memory, &memory) != napi_ok || memory == NULL) return 0;
  if (napi_get_named_property(env, memory, "buffer", &buffer) != napi_ok) return 0;
  if (napi_get_named_property(env, buffer, "byteLength", &length) != napi_ok) return 0;
  if (napi_get_value_double(env, length, &bytes) != napi_ok) return 0;
  *size = (u64)bytes;
  return 1;
}
#endif

static napi_value run(napi_env env, napi_callback_info info) {
  napi_value values[MOST];
  size_t count = MOST;
  void *data;
  napi_get_cb_info(env, info, &count, values, NULL, &data);
  const Bound *bound = data;
  const Kernel *kernel = bound->kernel;
  if (count != kernel->count) return failed(env, "native: a kernel was called with another number of arguments than it takes");
  double given[MOST];
  for (u32 i = 0; i < kernel->count; i++) {
    if (napi_get_value_double(env, values[i], &given[i]) != napi_ok)
      return failed(env, "native: a kernel was called with something that is no number");
  }
#ifdef CHECKED
  u64 size;
  if (!size_of(env, bound->binding, &size)) return failed(env, "native: the memory is gone");
  char message[256];
  check_begin(bound->binding->base, size, bound->binding->width, kernel->name, message, sizeof message);
  if (kernel->check != NULL) kernel->check(bound->binding->base, given);
  if (!check_end()) return failed(env, message);
#endif
  double result = bound->call(bound->binding->base, given);
#ifdef CHECKED
  check_after();
#endif
  if (!kernel->gives) return NULL;
  napi_value number;
  napi_create_double(env, result, &number);
  return number;
}

/** A function is gone. */
static void released(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  Bound *bound = data;
  if (--bound->binding->functions == 0) {
#ifdef CHECKED
    napi_delete_reference(env, bound->binding->memory);
#endif
    free(bound->binding);
  }
  free(bound);
}

static int has(i32 width) {
  __builtin_cpu_init();
  if (width == 256) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  return width == 512 && has(256) && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
}

static napi_value supports(napi_env env, napi_callback_info info) {
  napi_value value, result;
  size_t count = 1;
  i32 width = 0;
  napi_get_cb_info(env, info, &count, &value, NULL, NULL);
  if (count == 1) napi_get_value_int32(env, value, &width);
  napi_get_boolean(env, has(width), &result);
  return result;
}

/** Where a memory begins: of a view of it, for Node-API looks into shared buffers only so. */
static char *base_of(napi_env env, napi_value memory) {
  napi_value global, view_class, buffer, view;
  void *data = NULL;
  size_t length;
  if (napi_get_named_property(env, memory, "buffer", &buffer) != napi_ok) return NULL;
  if (napi_get_global(env, &global) != napi_ok) return NULL;
  if (napi_get_named_property(env, global, "Uint8Array", &view_class) != napi_ok) return NULL;
  if (napi_new_instance(env, view_class, 1, &buffer, &view) != napi_ok) return NULL;
  if (napi_get_typedarray_info(env, view, NULL, &length, &data, NULL, NULL) != napi_ok) return NULL;
  return data;
}

static napi_value bind_memory(napi_env env, napi_callback_info info) {
  napi_value values[2], result;
  size_t count = 2;
  i32 width = 0;
  napi_get_cb_info(env, info, &count, values, NULL, NULL);
  if (count != 2 || napi_get_value_int32(env, values[1], &width) != napi_ok)
    return failed(env, "native: bind: a WebAssembly.Memory and a width are needed");
  if (!has(width)) return failed(env, "native: this processor lacks the instructions");
  char *base = base_of(env, values[0]);
  if (base == NULL) return failed(env, "native: bind: this is no WebAssembly.Memory");

  Binding *binding = calloc(1, sizeof *binding);
  if (binding == NULL) return failed(env, "native: out of memory");
  binding->base = base;
  binding->width = width;
#ifdef CHECKED
  napi_create_reference(env, values[0], 0, &binding->memory);
#endif
  napi_create_object(env, &result);
  for (u32 i = 0; i < sizeof KERNELS / sizeof *KERNELS; i++) {
    Bound *bound = malloc(sizeof *bound);
    if (bound == NULL) return failed(env, "native: out of memory");
    *bound = (Bound){binding, &KERNELS[i], width == 256 ? KERNELS[i].call_256 : KERNELS[i].call_512};
    napi_value function;
    napi_create_function(env, KERNELS[i].name, NAPI_AUTO_LENGTH, run, bound, &function);
    napi_set_named_property(env, function, "memory", values[0]); // so it lives as long as they do
    napi_add_finalizer(env, function, bound, released, NULL, NULL);
    binding->functions++;
    napi_set_named_property(env, result, KERNELS[i].name, function);
  }
  return result;
}

NAPI_MODULE_INIT() {
  napi_property_descriptor properties[] = {
      {"supports", NULL, supports, NULL, NULL, NULL, napi_enumerable, NULL},
      {"bind", NULL, bind_memory, NULL, NULL, NULL, napi_enumerable, NULL},
  };
  napi_define_properties(env, exports, sizeof properties / sizeof *properties, properties);
  return exports;
}
