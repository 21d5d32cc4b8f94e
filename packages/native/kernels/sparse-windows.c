// The windows of texts, with rows or a kernel of which only a part is stored.
#include "windows.h"

#include "kernels.h"

/** A stored number of a row: its channel and its value. */
typedef struct {
  i32 channel;
  float value;
} Number;

/** A row: where its numbers end; which of the rows it is. */
typedef struct {
  u32 end;
  i32 row;
} Row;

/** In scratch memory: a panel, the projections of all rows, their order, which filters are live, of FILTERS of them the largest windows of every text, then numbers and counts. */
typedef struct {
  float *panel, *projected;
  Row *order;
  i32 *live;
  float *largest;
  i32 *won;
  Number *numbers;
} Room;

INLINE u64 numbers_at(i32 rows, i32 channels, i32 widest, i32 filters, i32 batch) {
  return (u64)(channels + rows) * widest * FILTERS * 4 + (u64)rows * sizeof(Row) + (u64)(filters + FILTERS) * 4 + (u64)batch * FILTERS * 8;
}

double KERNEL(maxOfPackedWindowsScratch)(i32 rows, i32 entries, i32 channels, i32 widest, i32 filters, i32 batch) {
  return numbers_at(rows, channels, widest, filters, batch) + (double)entries * sizeof(Number) + 4.0 * (channels + 2);
}

/** Which filters store something, and how many; all of them if the kernel is given as a whole. */
static i32 live_filters(const Line *line, const char *memory, i32 *live) {
  i32 alive = 0;
  for (i32 f = 0; f < line->filters; f++) {
    live[alive] = f;
    const i32 *own = integers_at(memory, line->starts) + f;
    if (line->kernel != 0 || own[0] < own[1]) alive++;
  }
  return alive;
}

/** y and argmax of filters that are not live are 0. */
static void clear_others(const i32 *live, i32 alive, i32 filters, float *y, i32 *argmax, i32 batch, i32 columns) {
  for (i32 f = 0, k = 0; f < filters; f++) {
    if (k < alive && live[k] == f) {
      k++;
      continue;
    }
    for (i32 b = 0; b < batch; b++) {
      y[(u64)b * columns + f] = 0;
      argmax[(u64)b * columns + f] = 0;
    }
  }
}

/** to[c,w,FILTERS] = kernel[w,c,0:some], filled up with zeros. */
static void pack_by_channel(const float *kernel, i32 channels, i32 width, i32 filters, i32 some, float *to) {
  M m[SIDES];
  for (i32 s = 0; s < SIDES; s++) m[s] = first_lanes(most(least(some - s * LANES, LANES), 0));
  for (i32 c = 0; c < channels; c++) {
    for (i32 w = 0; w < width; w++, to += FILTERS) {
      const float *from = kernel + ((u64)w * channels + c) * filters;
      for (i32 s = 0; s < SIDES; s++) v_store(to + s * LANES, v_load_part(from + s * LANES, m[s]));
    }
  }
}

/** The same of what is stored of the filters that are listed. */
static void pack_stored(const Line *line, char *memory, const i32 *live, i32 some, i32 channels, float *to) {
  u64 width = (u64)line->width;
  const float *values = floats_at(memory, line->values);
  const i32 *starts = integers_at(memory, line->starts), *stored = integers_at(memory, line->stored);
  const i32 *order = line->order == 0 ? NULL : integers_at(memory, line->order);
  memset(to, 0, (u64)channels * width * FILTERS * 4);
  for (i32 k = 0; k < some; k++, to++) {
    i32 f = live[k], w = 0, begins = 0; // place of the word's first channel; places ascend
    for (i32 e = starts[f]; e < starts[f + 1]; e++) {
      for (; stored[e] - begins >= channels; begins += channels) w++;
      to[((u64)(stored[e] - begins) * width + w) * FILTERS] = values[order == NULL ? e : order[e]];
    }
  }
}

/**
 * What the rows store, one after the other, where it is read again for every block of filters; those that store as much follow each other, for the end of a loop whose length changes from
 * row to row is guessed wrong, and costs as much as two numbers. How many rows store how much is counted behind the numbers.
 */
static void gather(
    const float *values, const i32 *starts, const i32 *stored, const i32 *ids, i32 count, i32 channels, Row *order,
    Number *numbers) {
#define LENGTH(r) (starts[ids[r] + 1] - starts[ids[r]])
  u64 entries = 0;
  for (i32 r = 0; r < count; r++) entries += (u64)LENGTH(r);
  i32 *next = (i32 *)(numbers + entries);
  memset(next, 0, (u64)(channels + 2) * 4);
  for (i32 r = 0; r < count; r++) next[LENGTH(r) + 1]++;
  for (i32 n = 0; n <= channels; n++) next[n + 1] += next[n];
  for (i32 r = 0; r < count; r++) order[next[LENGTH(r)]++].row = r;
#undef LENGTH
  u32 at = 0;
  for (i32 i = 0; i < count; i++) {
    i32 id = ids[order[i].row];
    for (i32 e = starts[id]; e < starts[id + 1]; e++) numbers[at++] = (Number){stored[e], values[e]};
    order[i].end = at;
  }
}

/** Places of the window that go together. */
#define TAPS 6

INLINE void row_of(i32 taps, const Number *at, const Number *end, const float *panel, float *to, u64 width) {
  V sum[TAPS][SIDES];
#pragma GCC unroll 6
  for (i32 t = 0; t < taps; t++)
    for (i32 s = 0; s < SIDES; s++) sum[t][s] = v_zero();
  for (; at < end; at++) {
    const float *from = panel + (u64)at->channel * width * FILTERS;
    V value = v_splat(at->value);
#pragma GCC unroll 6
    for (i32 t = 0; t < taps; t++) {
#pragma GCC unroll 2
      for (i32 s = 0; s < SIDES; s++) sum[t][s] = v_fma(sum[t][s], value, v_load(from + t * FILTERS + s * LANES));
    }
  }
#pragma GCC unroll 6
  for (i32 t = 0; t < taps; t++) {
#pragma GCC unroll 2
    for (i32 s = 0; s < SIDES; s++) v_store(to + t * FILTERS + s * LANES, sum[t][s]);
  }
}

#define PROJECT(taps)                                                                                                     \
  static void project_##taps(                                                                                             \
      const Row *order, const Number *numbers, const float *panel, float *projected, i32 count, u64 width) {              \
    const Number *at = numbers;                                                                                           \
    for (i32 i = 0; i < count; i++) {                                                                                     \
      const Number *end = numbers + order[i].end;                                                                         \
      row_of(taps, at, end, panel, projected + (u64)order[i].row * width * FILTERS, width);                               \
      at = end;                                                                                                           \
    }                                                                                                                     \
  }
PROJECT(1)
PROJECT(2)
PROJECT(3)
PROJECT(4)
PROJECT(5)
PROJECT(6)
#undef PROJECT

/** projected[r,w,FILTERS] = Σ row r at c · panel[c,w,FILTERS], over what the row stores, at most TAPS places of the window at a time. */
static void project(const Room *room, i32 count, i32 width) {
  static void (*const of[TAPS])(const Row *, const Number *, const float *, float *, i32, u64) = {
      project_1, project_2, project_3, project_4, project_5, project_6};
  for (i32 w = 0; w < width; w += TAPS)
    of[least(width - w, TAPS) - 1](room->order, room->numbers, room->panel + w * FILTERS, room->projected + w * FILTERS, count, width);
}

/** A kernel that stores little, or nothing for some filters, is given by what it stores: those filters are not computed. */
void KERNEL(maxOfPackedWindows)(
    char *memory, const struct Line *widths, i32 lines, i32 widest, i32 most, const float *values, const i32 *starts,
    const i32 *stored, const i32 *ids, const i32 *places, const i32 *ends, float *y, i32 *argmax, i32 count, i32 batch,
    i32 time, i32 channels, i32 columns, i32 begin, i32 end, i32 parts, char *scratch) {
  Room room;
  room.panel = (float *)scratch;
  room.projected = room.panel + (u64)channels * widest * FILTERS;
  room.order = (Row *)(room.projected + (u64)count * widest * FILTERS);
  room.live = (i32 *)(room.order + count);
  room.largest = (float *)(room.live + most + FILTERS);
  room.won = (i32 *)(room.largest + (u64)batch * FILTERS);
  room.numbers = (Number *)(scratch + numbers_at(count, channels, widest, most, batch));
  gather(values, starts, stored, ids, count, channels, room.order, room.numbers);
  i32 turn = 0;
  for (const Line *line = widths; line < widths + lines; y += line->filters, argmax += line->filters, line++) {
    i32 width = line->width, filters = line->filters, alive = live_filters(line, memory, room.live);
    if (alive < filters && begin == 0) clear_others(room.live, alive, filters, y, argmax, batch, columns);
    for (i32 k = 0; k < alive; k += FILTERS, turn = turn + 1 == parts ? 0 : turn + 1) {
      if (turn < begin || turn >= end) continue;
      i32 some = least(alive - k, FILTERS);
      const i32 *own = room.live + k;
      if (line->kernel != 0) pack_by_channel(floats_at(memory, line->kernel) + k, channels, width, filters, some, room.panel);
      else pack_stored(line, memory, own, some, channels, room.panel);
      project(&room, count, width);
      if (own[some - 1] - own[0] == some - 1) {
        largest_of_texts(room.projected, places, ends, width, y + own[0], argmax + own[0], batch, time, columns, some);
        continue;
      }
      largest_of_texts(room.projected, places, ends, width, room.largest, room.won, batch, time, FILTERS, some);
      for (i32 b = 0; b < batch; b++) {
        for (i32 i = 0; i < some; i++) {
          y[(u64)b * columns + own[i]] = room.largest[b * FILTERS + i];
          argmax[(u64)b * columns + own[i]] = room.won[b * FILTERS + i];
        }
      }
    }
  }
}

/** An entry of a filter: which word of the window, which channel, its value. */
typedef struct {
  i32 word, channel;
  float value;
} Part;

/** @param filters - Of any width. @param items - Of a list: filters, or texts. */
INLINE u64 sparse_room(i32 entries, i32 filters, i32 items) {
  return (u64)entries * sizeof(Part) + (u64)(filters + 1 + items) * 4 + 64;
}

double KERNEL(maxOfWindowsRowsSparseScratch)(i32 rows, i32 own, i32 channels, i32 entries, i32 widest, i32 filters) {
  return sums_bytes(rows, own, channels) + sparse_room(entries, filters, filters) + 0.0 * widest;
}

double KERNEL(maxOfWindowsKernelsSparseScratch)(i32 entries, i32 widest, i32 filters, i32 batch) {
  return sparse_room(entries, filters, batch) + 0.0 * widest;
}

static void rows_of_width(
    const Line *line, char *memory, const float *dy, const i32 *argmax, const i32 *places, float *sums, u64 row, i32 batch,
    i32 time, i32 channels, i32 columns, i32 begin, i32 end, char *scratch) {
  i32 filters = line->filters;
  const float *values = floats_at(memory, line->values);
  const i32 *starts = integers_at(memory, line->starts), *stored = integers_at(memory, line->stored);
  const i32 *order = line->order == 0 ? NULL : integers_at(memory, line->order);
  i32 *own = (i32 *)scratch, *list = own + filters + 1;
  Part *entries = (Part *)(list + filters);
  i32 at = 0;
  for (i32 f = 0; f < filters; f++) {
    own[f] = at;
    i32 w = 0, begins = 0; // place of the word's first channel; places ascend
    for (i32 e = starts[f]; e < starts[f + 1]; e++) {
      for (; stored[e] - begins >= channels; begins += channels) w++;
      i32 c = stored[e] - begins;
      if (c >= begin && c < end) entries[at++] = (Part){w, c - begin, values[order == NULL ? e : order[e]]};
    }
  }
  own[filters] = at;

  for (i32 b = 0; b < batch; b++, places += time, dy += columns, argmax += columns) {
    i32 found = non_zero(dy, filters, 1, list);
    for (i32 i = 0; i < found; i++) {
      i32 f = list[i];
      const i32 *words = places + argmax[f];
      float scale = dy[f];
      for (const Part *entry = entries + own[f], *last = entries + own[f + 1]; entry < last; entry++) {
        float *to = sums + words[entry->word] * row + entry->channel;
        *to = fma1(*to, scale, entry->value);
      }
    }
  }
}

/** This is channels `begin` … `end` − 1: every row, but only so much of it. */
void KERNEL(maxOfWindowsRowsSparse)(
    char *memory, const struct Line *widths, i32 lines, const float *dy, const i32 *argmax, const i32 *places, float *drows,
    i32 count, i32 batch, i32 time, i32 channels, i32 columns, i32 begin, i32 end, char *scratch) {
  i32 own = end - begin;
  u64 row = sums_row(own, channels) / 4;
  float *sums = own == channels ? drows : (float *)scratch;
  memset(sums, 0, (u64)count * row * 4);
  for (const Line *line = widths; line < widths + lines; line++) {
    rows_of_width(
        line, memory, dy, argmax, places, sums, row, batch, time, channels, columns, begin, end,
        scratch + sums_bytes(count, own, channels));
    dy += line->filters;
    argmax += line->filters;
  }
  put_sums(sums, count, begin, own, channels, drows);
}

/** This is a part of the filters of every width; four windows with a gradient at a time, whose terms are added to an entry one after the other. */
void KERNEL(maxOfWindowsKernelsSparse)(
    char *memory, const struct Line *widths, i32 lines, const float *dy, const i32 *argmax, const float *rows, const i32 *places,
    i32 batch, i32 time, i32 channels, i32 columns, i32 begin, i32 end, i32 parts, char *scratch) {
  i32 *list = (i32 *)scratch;
  Part *entries = (Part *)(list + batch);
  for (const Line *line = widths; line < widths + lines; dy += line->filters, argmax += line->filters, line++) {
    if (line->gradient == 0) continue;
    const i32 *starts = integers_at(memory, line->starts), *stored = integers_at(memory, line->stored);
    const i32 *order = line->order == 0 ? NULL : integers_at(memory, line->order);
    float *gradient = floats_at(memory, line->gradient);
    i32 last = first_of(line->filters, end, parts);
    for (i32 f = first_of(line->filters, begin, parts); f < last; f++) {
      i32 first = starts[f], own = starts[f + 1] - first, w = 0, begins = 0;
      for (i32 e = 0; e < own; e++) {
        for (; stored[first + e] - begins >= channels; begins += channels) w++;
        entries[e] = (Part){w, stored[first + e] - begins, 0};
      }
      i32 texts = own == 0 ? 0 : non_zero(dy + f, batch, columns, list);
      for (i32 item = 0; item < texts; item += 4) {
        i32 some = least(texts - item, 4);
        float d[4];
        const i32 *words[4];
        for (i32 i = 0; i < some; i++) {
          u64 at = (u64)list[item + i] * columns + f;
          d[i] = dy[at];
          words[i] = places + (u64)list[item + i] * time + argmax[at];
        }
        for (Part *entry = entries; entry < entries + own; entry++) {
          float sum = entry->value;
          if (some == 4) {
#pragma GCC unroll 4
            for (i32 i = 0; i < 4; i++) sum = fma1(sum, d[i], rows[(u64)words[i][entry->word] * channels + entry->channel]);
          } else for (i32 i = 0; i < some; i++) sum = fma1(sum, d[i], rows[(u64)words[i][entry->word] * channels + entry->channel]);
          entry->value = sum;
        }
      }
      for (i32 e = 0; e < own; e++) gradient[order == NULL ? first + e : order[first + e]] = entries[e].value;
    }
  }
}
