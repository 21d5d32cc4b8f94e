#include "check.h"

#include <stdio.h>
#include <string.h>

typedef int32_t i32;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t i64;

#define JOINED(name, width) name##_##width
#define NAMED(name, width) JOINED(name, width)
#define KERNEL(name) NAMED(name, WIDTH)
#define WIDTH 256
#include "kernels.h"
#undef WIDTH
#define WIDTH 512
#include "kernels.h"
#undef WIDTH
#include "calls.generated.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

/** Regions of a call, at most: a table of widths has many. */
#define MOST 1024

static __thread struct {
  const char *base, *kernel;
  u64 size;
  i32 width;
  char *message;
  size_t room;
  int failed, regions;
  struct { const char *at; u64 bytes; } region[MOST];
} call;

void check_begin(const char *base, u64 size, i32 width, const char *kernel, char *message, size_t room) {
  call.base = base;
  call.size = size;
  call.width = width;
  call.kernel = kernel;
  call.message = message;
  call.room = room;
  call.failed = call.regions = 0;
}

int check_end(void) {
#if defined(__SANITIZE_ADDRESS__)
  if (!call.failed) {
    __asan_poison_memory_region(call.base, call.size);
    for (int i = 0; i < call.regions; i++) __asan_unpoison_memory_region(call.region[i].at, call.region[i].bytes);
  }
#endif
  return !call.failed;
}

void check_after(void) {
#if defined(__SANITIZE_ADDRESS__)
  __asan_unpoison_memory_region(call.base, call.size);
#endif
}

/** The first complaint is the one that is told. */
#define COMPLAIN(...)                                                                                                     \
  do {                                                                                                                    \
    if (call.failed) break;                                                                                               \
    call.failed = 1;                                                                                                      \
    int said = snprintf(call.message, call.room, "native: %s: ", call.kernel);                                            \
    snprintf(call.message + said, call.room - (size_t)said, __VA_ARGS__);                                                 \
  } while (0)

/** So many values of four bytes that the kernel may touch. Whether it is so, for what is looked at next. */
static int region(const char *name, const void *pointer, i64 count) {
  if (call.failed) return 0;
  if (count == 0) return 1;
  i64 at = (const char *)pointer - call.base;
  if (count < 0) COMPLAIN("%s has %lld values", name, (long long)count);
  else if (pointer == NULL) COMPLAIN("%s is missing", name);
  else if (at < 64 || at % 4 != 0 || (u64)at + (u64)count * 4 > call.size)
    COMPLAIN("%s, %lld values from byte %lld on, does not lie in the memory of %llu bytes", name, (long long)count, (long long)at,
             (unsigned long long)call.size);
  else if (call.regions == MOST) COMPLAIN("more than %d operands", MOST);
  else {
    call.region[call.regions].at = pointer;
    call.region[call.regions++].bytes = (u64)count * 4;
    return 1;
  }
  return 0;
}

/** Integers from `low` to below `high`. */
static int indices(const char *name, const i32 *pointer, i64 count, i64 low, i64 high) {
  if (!region(name, pointer, count)) return 0;
  for (i64 i = 0; i < count; i++) {
    if (pointer[i] >= low && pointer[i] < high) continue;
    COMPLAIN("%s[%lld] is %d; it is from %lld to %lld", name, (long long)i, pointer[i], (long long)low, (long long)high - 1);
    return 0;
  }
  return 1;
}

static i64 highest(const i32 *values, i64 count) {
  i64 found = -1;
  for (i64 i = 0; i < count; i++) found = values[i] > found ? values[i] : found;
  return found;
}

/** Values from the first of `rows` rows to the end of the last. */
static i64 span(i64 rows, i64 step, i64 own) { return rows <= 0 || own <= 0 ? 0 : (rows - 1) * step + own; }

/** Entries of columns `begin` … `end` − 1, at places from `low` to below `high`, and their values. */
static void entries(
    const i32 *starts, i64 begin, i64 end, const i32 *places, i64 low, i64 high, const i32 *order, const float *values) {
  if (!region("indptr", starts + begin, end - begin + 1)) return;
  i64 first = starts[begin], last = starts[end];
  for (i64 j = begin; j < end; j++)
    if (starts[j + 1] < starts[j] || starts[j] < 0) COMPLAIN("indptr[%lld] is %d after %d", (long long)j + 1, starts[j + 1], starts[j]);
  if (call.failed || !indices("indices", places + first, last - first, low, high)) return;
  if (order == NULL) region("values", values + first, last - first);
  else if (indices("permutation", order + first, last - first, 0, 1 << 30)) region("values", values, highest(order + first, last - first) + 1);
}

#define ALL(field, count) region(#field, given->field, count)
#define IF(field, count) \
  if (given->field != NULL) ALL(field, count)
#define SCRATCH(name, ...) \
  region("scratch", given->scratch, ((i64)(call.width == 256 ? name##_256(__VA_ARGS__) : name##_512(__VA_ARGS__)) + 3) / 4)
#define CHECK(name) void check_##name(const name##_arguments *given)

CHECK(matmul) {
  i64 batch = given->batch, m = given->m, k = given->k, n = given->n;
  i64 row = given->aRow / 4, b_row = given->bRow / 4;
  ALL(a, batch > 1 ? batch * m * k : given->transposeA ? span(k, row, m) : span(m, row, k));
  ALL(b, batch > 1 || k < 0 || n < 0 ? batch * k * n : given->transposeB ? span(n, b_row, k) : span(k, b_row, n));
  ALL(out, batch > 1 || m < 0 || n < 0 ? batch * m * n : span(m, given->outRow / 4, n));
  SCRATCH(productScratch, given->k, given->n, given->transposeA);
}

CHECK(weightGradient) {
  ALL(x, span(given->rows, given->xRow / 4, given->inputs));
  ALL(dy, span(given->rows, given->dyRow / 4, given->outputs));
  ALL(out, span(given->outputs, given->outRow / 4, given->inputs));
  IF(sums, span(4, given->sumStep / 4, span(given->outputs, given->outRow / 4, given->inputs)));
  SCRATCH(weightGradientScratch, given->rows, given->outputs, given->inputs);
}

#define CONVOLUTION(x, dkernel, y)                                                       \
  i64 steps = given->time - given->width + 1, taps = (i64)given->width * given->channels; \
  ALL(x, (i64)given->batch * given->time * given->channels);                              \
  ALL(dkernel, taps * given->filters);                                                    \
  ALL(y, given->batch * steps * given->filters)

CHECK(conv1d) {
  CONVOLUTION(x, kernel, y);
  SCRATCH(productScratch, (i32)taps, given->filters, 0);
}

CHECK(conv1dInputDense) {
  CONVOLUTION(dx, kernel, dy);
  (void)steps;
  SCRATCH(conv1dInputScratch, given->time, given->channels, given->width, given->filters);
}

CHECK(conv1dKernelDense) {
  i64 batch = given->batch, text = (i64)given->time * given->channels, steps = given->steps, taps = given->taps;
  ALL(x, batch == 0 ? 0 : (batch - 1) * text + span(steps, given->channels, taps));
  ALL(dkernel, taps * given->filters);
  ALL(dy, batch * steps * given->filters);
  SCRATCH(productScratch, given->steps, given->filters, 1);
}

/** The texts of a part: how many tokens there are up to the last of theirs, or −1; and the highest of their numbers. */
static i64 tokens_of(const i32 *starts, const i32 *order, i64 texts, i64 *last) {
  if (!indices("order", order, texts, 0, 1 << 28)) return -1;
  *last = highest(order, texts);
  i64 tokens = 0;
  for (i64 i = 0; i < texts; i++) {
    const i32 *own = starts + order[i];
    if (!region("starts", own, 2)) return -1;
    if (own[0] < 0 || own[1] < own[0]) COMPLAIN("starts: text %d is from token %d to %d", order[i], own[0], own[1]);
    tokens = own[1] > tokens ? own[1] : tokens;
    if (i > 0 && own[1] - own[0] > starts[order[i - 1] + 1] - starts[order[i - 1]]) COMPLAIN("order: text %d is longer than the one before", order[i]);
  }
  return call.failed ? -1 : tokens;
}

#define RECURRENT(inner_, columns_)                                                                                       \
  if (given->recurrent != NULL) {                                                                                         \
    ALL(recurrent, 4 * hidden * hidden);                                                                                  \
    SCRATCH(lstmScratch, given->texts, given->hidden);                                                                    \
  } else {                                                                                                                \
    i64 inner = inner_, columns = columns_, half = given->reverse ? 1 : 0;                                                \
    entries(given->entryStarts, half * columns, (half + 1) * columns, given->entryPlaces, half * inner, (half + 1) * inner, \
            given->entryOrder, given->values);                                                                            \
    if (call.failed) return;                                                                                              \
    i32 own = given->entryStarts[(half + 1) * columns] - given->entryStarts[half * columns];                              \
    SCRATCH(lstmSparseScratch, given->texts, given->hidden, own);                                                         \
  }

CHECK(lstm) {
  i64 hidden = given->hidden, row = hidden * given->directions, last = -1;
  i64 tokens = tokens_of(given->starts, given->order, given->texts, &last);
  if (tokens < 0) return;
  if (given->places != NULL && !indices("places", given->places, tokens, 0, 1 << 28)) return;
  ALL(projected, span(given->places == NULL ? tokens : highest(given->places, tokens) + 1, 4 * row, 4 * hidden));
  ALL(bias, 4 * hidden);
  IF(gates, span(tokens, 4 * row, 4 * hidden));
  IF(cells, span(tokens, row, hidden));
  ALL(states, span(tokens, row, hidden));
  ALL(finals, span(last + 1, row, hidden));
  ALL(zeros, hidden);
  RECURRENT(hidden, 4 * hidden)
}

CHECK(lstmGates) {
  i64 hidden = given->hidden, row = hidden * given->directions, last = -1;
  i64 tokens = tokens_of(given->starts, given->order, given->texts, &last);
  if (tokens < 0) return;
  ALL(dstates, span(tokens, row, hidden));
  ALL(dfinals, span(last + 1, row, hidden));
  ALL(gates, span(tokens, 4 * row, 4 * hidden));
  ALL(cells, span(tokens, row, hidden));
  ALL(dgates, span(tokens, 4 * row, 4 * hidden));
  RECURRENT(4 * hidden, hidden)
}

CHECK(sparseProduct) {
  i32 size = call.width == 256 ? sparseRows_256(given->rows) : sparseRows_512(given->rows);
  i64 blocks = ((i64)given->rows + size - 1) / (size > 0 ? size : 1), texts = blocks == 0 ? 0 : (given->end - 1) / blocks + 1;
  ALL(x, span(texts, given->stride, span(given->rows, given->step, given->inner)));
  ALL(y, texts * given->rows * given->columns);
  entries(given->starts, 0, given->columns, given->places, 0, given->inner, given->order, given->values);
  if (!call.failed) SCRATCH(sparseProductScratch, given->rows, given->inner, given->columns, given->starts[given->columns]);
}

CHECK(sparseProductValues) {
  ALL(x, span(given->batch, given->stride, span(given->rows, given->step, given->inner)));
  ALL(dy, (i64)given->batch * given->rows * given->columns);
  entries(given->starts, 0, given->columns, given->places, 0, given->inner, given->order, given->dvalues);
  if (!call.failed) SCRATCH(sparseProductValuesScratch, given->inner, given->columns, given->starts[given->columns]);
}

CHECK(sparseWeightGradient) {
  ALL(x, (i64)given->rows * given->inner);
  ALL(dy, (i64)given->rows * given->columns);
  entries(given->starts, 0, given->columns, given->places, 0, given->inner, given->order, given->dvalues);
  if (!call.failed) IF(kept, span(4, given->keptStep / 4, given->starts[given->columns]));
  if (!call.failed) SCRATCH(sparseWeightGradientScratch, given->inner, given->columns, given->starts[given->columns]);
}

struct Line {
  u32 kernel;
  i32 width, filters;
  u32 gradient, values, starts, stored, order;
};

typedef struct {
  i64 columns, taps;
  i32 widest, most, filters;
  i64 entries;
} Widths;

/** The table of widths and all that it leads to. */
static int widths_of(const char *memory, const struct Line *lines, i64 count, i64 channels, Widths *all) {
  memset(all, 0, sizeof *all);
  if (!region("widths", lines, count * 8)) return 0;
  for (const struct Line *line = lines; line < lines + count; line++) {
    i64 size = (i64)line->width * channels * line->filters;
    if (line->width < 1 || line->filters < 0) COMPLAIN("a width of %d words with %d filters", line->width, line->filters);
    all->columns += line->filters;
    all->taps += (i64)line->width * line->filters;
    if (line->width > all->widest) all->widest = line->width;
    if (line->width * line->filters > all->most) all->most = line->width * line->filters;
    if (line->filters > all->filters) all->filters = line->filters;
    if (line->kernel != 0) region("kernel", memory + line->kernel, size);
    if (line->starts == 0) {
      if (line->gradient != 0) region("dkernel", memory + line->gradient, size);
      continue;
    }
    const i32 *starts = (const i32 *)(memory + line->starts);
    entries(starts, 0, line->filters, (const i32 *)(memory + line->stored), 0, (i64)line->width * channels,
            line->order == 0 ? NULL : (const i32 *)(memory + line->order), (const float *)(memory + line->values));
    if (!call.failed) all->entries += starts[line->filters];
  }
  return !call.failed;
}

/** Where the windows that won begin: each ends in its text, where it has a gradient. */
static void winners(const struct Line *lines, i64 count, const float *dy, const i32 *argmax, i64 batch, i64 time, i64 columns) {
  if (!region("dy", dy, batch * columns) || !region("argmax", argmax, batch * columns)) return;
  for (const struct Line *line = lines; line < lines + count; dy += line->filters, argmax += line->filters, line++) {
    for (i64 b = 0; b < batch; b++) {
      for (i64 f = 0; f < line->filters; f++) {
        i32 first = argmax[b * columns + f];
        if (dy[b * columns + f] != 0 && (first < 0 || first + line->width > time))
          COMPLAIN("argmax: a window of %d words begins at %d of %lld", line->width, first, (long long)time);
      }
    }
  }
}

CHECK(maxOfWindows) {
  Widths all;
  i64 words = (i64)given->batch * given->time;
  if (!widths_of(given->memory, given->widths, given->lines, given->channels, &all)) return;
  ALL(rows, (i64)given->count * given->channels);
  indices("places", given->places, words, 0, given->count);
  indices("ends", given->ends, given->batch, 0, (i64)given->time + 1);
  ALL(y, span(given->batch, given->columns, all.columns));
  ALL(argmax, span(given->batch, given->columns, all.columns));
  SCRATCH(maxOfWindowsScratch, given->count, given->channels, all.widest);
}

CHECK(maxOfWindowsRows) {
  Widths all;
  i32 own = given->end - given->begin;
  if (!widths_of(given->memory, given->widths, given->lines, given->channels, &all)) return;
  winners(given->widths, given->lines, given->dy, given->argmax, given->batch, given->time, given->columns);
  indices("places", given->places, (i64)given->batch * given->time, 0, given->count);
  ALL(drows, (i64)given->count * given->channels);
  SCRATCH(maxOfWindowsRowsScratch, given->count, own, given->channels, all.most);
}

CHECK(maxOfWindowsKernels) {
  Widths all;
  i64 words = (i64)given->batch * given->time;
  if (!widths_of(given->memory, given->widths, given->lines, given->channels, &all)) return;
  winners(given->widths, given->lines, given->dy, given->argmax, given->batch, given->time, given->columns);
  if (indices("places", given->places, words, 0, 1 << 28)) ALL(rows, (highest(given->places, words) + 1) * given->channels);
  SCRATCH(maxOfWindowsKernelsScratch, given->batch, given->channels, all.widest, all.most);
}

/** Rows `ids` of a packed table; returns how much they store. */
static i64 packed_rows(const i32 *ids, i64 count, const i32 *starts, const i32 *places, i64 inner, const float *values) {
  i64 stored = 0;
  if (!indices("ids", ids, count, 0, 1 << 28)) return 0;
  i64 rows = highest(ids, count) + 1;
  if (rows == 0) return 0;
  entries(starts, 0, rows, places, 0, inner, NULL, values);
  for (i64 i = 0; i < count && !call.failed; i++) stored += starts[ids[i] + 1] - starts[ids[i]];
  return stored;
}

CHECK(maxOfPackedWindows) {
  Widths all;
  if (!widths_of(given->memory, given->widths, given->lines, given->channels, &all)) return;
  i64 stored = packed_rows(given->ids, given->count, given->starts, given->stored, given->channels, given->values);
  indices("places", given->places, (i64)given->batch * given->time, 0, given->count);
  indices("ends", given->ends, given->batch, 0, (i64)given->time + 1);
  ALL(y, span(given->batch, given->columns, all.columns));
  ALL(argmax, span(given->batch, given->columns, all.columns));
  if (all.filters > given->most || all.widest > given->widest) COMPLAIN("%d filters of %d words are more than %d of %d", all.filters, all.widest, given->most, given->widest);
  SCRATCH(maxOfPackedWindowsScratch, given->count, (i32)stored, given->channels, given->widest, given->most, given->batch);
}

CHECK(maxOfWindowsRowsSparse) {
  Widths all;
  i32 own = given->end - given->begin;
  if (!widths_of(given->memory, given->widths, given->lines, given->channels, &all)) return;
  winners(given->widths, given->lines, given->dy, given->argmax, given->batch, given->time, given->columns);
  indices("places", given->places, (i64)given->batch * given->time, 0, given->count);
  ALL(drows, (i64)given->count * given->channels);
  SCRATCH(maxOfWindowsRowsSparseScratch, given->count, own, given->channels, (i32)all.entries, all.widest, all.filters);
}

CHECK(maxOfWindowsKernelsSparse) {
  Widths all;
  i64 words = (i64)given->batch * given->time;
  if (!widths_of(given->memory, given->widths, given->lines, given->channels, &all)) return;
  winners(given->widths, given->lines, given->dy, given->argmax, given->batch, given->time, given->columns);
  if (indices("places", given->places, words, 0, 1 << 28)) ALL(rows, (highest(given->places, words) + 1) * given->channels);
  SCRATCH(maxOfWindowsKernelsSparseScratch, (i32)all.entries, all.widest, all.filters, given->batch);
}

CHECK(adam) {
  i64 n = given->bytes / 4;
  ALL(gradient, n);
  ALL(m, n);
  ALL(v, n);
  ALL(weights, n);
}

CHECK(adamRows) {
  i64 dim = given->row / 4, first = given->begin * dim, n = (given->end - given->begin) * dim;
  if (!region("ids", given->ids, given->count)) return;
  ALL(rows, given->count * dim);
  region("m", given->m + first, n);
  region("v", given->v + first, n);
  region("weights", given->weights + first, n);
}

/** Bits of `n` elements, of which as many are set as there are values up to `end`. */
static void bits_of(const char *bits, i64 n, const float *values, const float *end) {
  if (!region("bits", bits, (n + 31) / 32)) return;
  i64 stored = 0;
  for (i64 i = 0; i < n; i++) stored += bits[i / 8] >> (i % 8) & 1;
  if (end - values != stored) COMPLAIN("%lld values of %lld bits that are set", (long long)(end - values), (long long)stored);
  region("values", values, stored);
}

CHECK(expand) {
  ALL(out, given->n);
  bits_of(given->bits, given->n, given->values, given->end);
}

CHECK(compress) {
  ALL(x, given->n);
  bits_of(given->bits, given->n, given->values, given->end);
}

CHECK(adamPresent) {
  i64 dim = given->dim;
  if (!indices("ids", given->ids, given->count, 0, 1 << 28)) return;
  i64 rows = highest(given->ids, given->count) + 1, n = rows * dim;
  if (given->starts != NULL) {
    if (rows > 0) entries(given->starts, 0, rows, given->places, 0, dim, NULL, given->weights);
    n = rows == 0 || call.failed ? 0 : given->starts[rows];
  }
  ALL(rows, given->count * dim);
  ALL(m, n);
  ALL(v, n);
  ALL(weights, n);
}

CHECK(adamReplay) {
  i64 dim = given->dim, steps = given->steps;
  if (!indices("ids", given->ids, given->count, 0, 1 << 28)) return;
  if (!indices("since", given->since, given->count, 0, steps + 1)) return;
  i64 rows = highest(given->ids, given->count) + 1, n = rows * dim;
  if (given->starts != NULL) {
    if (!region("starts", given->starts, rows == 0 ? 0 : rows + 1)) return;
    n = rows == 0 ? 0 : given->starts[rows];
  }
  ALL(rates, 2 * steps);
  ALL(m, n);
  ALL(v, n);
  ALL(weights, n);
  ALL(scratch, 12 + 4 * steps + 2 * (steps / 16 + 1));
}

CHECK(adamPacked) {
  i64 n = (given->end - given->begin + 3) & ~3;
  packed_rows(given->ids, given->count, given->starts, given->places, given->inner, given->values);
  ALL(drows, (i64)given->count * given->inner);
  region("m", given->m + given->begin, n);
  region("v", given->v + given->begin, n);
  region("values", given->values + given->begin, n);
  ALL(scratch, n < 4096 ? n : 4096);
}

CHECK(winograd) {
  i64 channels = given->channels, filters = given->filters;
  ALL(x, given->batch * channels * given->height * given->width);
  ALL(kernel, filters * channels * 9);
  ALL(y, given->batch * filters * given->rows * given->columns);
  SCRATCH(winogradScratch, given->batch, given->channels, given->filters, given->rows, given->columns);
}

CHECK(winogradKernel) {
  i64 channels = given->channels, filters = given->filters;
  ALL(x, given->batch * channels * given->height * given->width);
  ALL(dy, given->batch * filters * given->rows * given->columns);
  ALL(sums, given->end * 16 * filters * channels);
  SCRATCH(winogradKernelScratch, given->batch, given->channels, given->filters, given->rows, given->columns);
}

CHECK(storedConvolution) {
  i64 taps = (i64)given->kernelHeight * given->kernelWidth, planes = given->planes, results = given->results;
  i64 columns = given->turned ? results * taps : results, inner = given->turned ? planes : planes * taps;
  ALL(x, given->end * planes * given->height * given->width);
  ALL(y, given->end * results * given->rows * given->columns);
  entries(given->indptr, 0, columns, given->indices, 0, inner, given->turned ? given->permutation : NULL, given->values);
  if (!call.failed && given->indptr[columns] - given->indptr[0] != given->entries)
    COMPLAIN("%d entries, where indptr lists %d", given->entries, given->indptr[columns] - given->indptr[0]);
  SCRATCH(storedConvolutionScratch, given->entries, given->planes, given->results, given->height, given->width, given->rows,
          given->columns, given->paddingY, given->paddingX);
}

CHECK(storedConvolutionKernel) {
  i64 batch = given->batch, channels = given->channels, filters = given->filters;
  ALL(x, batch * channels * given->height * given->width);
  ALL(dy, batch * filters * given->rows * given->columns);
  entries(given->indptr, given->begin, given->end, given->indices, 0, channels * given->kernelHeight * given->kernelWidth, NULL,
          given->dvalues);
  if (!call.failed)
    SCRATCH(storedConvolutionKernelScratch, given->indptr[given->end] - given->indptr[given->begin], given->channels, given->height,
            given->width, given->rows, given->columns, given->paddingY, given->paddingX);
}
