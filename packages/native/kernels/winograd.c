// Convolution with kernels of 3×3 and stride 1 by Winograd's F(2×2, 3×3): see `Kernels.winograd`. Images are cut into tiles of 4×4 pixels, two apart. In each of the 16 places of a tile
// the sum over channels is a matrix product, u[filters,channels] · v[channels,tiles], and that is wide; what transforms tiles takes four of them side by side.
#include "product.h"

#include "kernels.h"

#define PLACES 16
/** Bytes of a block's tiles, of all channels and filters, that stay in the second-level cache. */
#define TILES_OF_BLOCK (1 << 19)

/** Tiles of a row, filled up to whole vectors of four. */
INLINE i32 across_of(i32 columns) { return up_to((columns + 1) >> 1, 4); }

/** Tile rows of an image in a block: all of them, or an even part. */
INLINE i32 part_of(i32 down, i32 across, i32 channels, i32 filters) {
  i32 highest = most(1, most(32, TILES_OF_BLOCK / (64 * (channels + filters))) / across);
  i32 parts = (down + highest - 1) / highest;
  return (down + parts - 1) / parts;
}

/** Images in a block. */
INLINE i32 images_of(i32 down, i32 across, i32 channels, i32 filters, i32 batch) {
  i32 highest = most(32, TILES_OF_BLOCK / (64 * (channels + filters))) / across;
  return most(1, least(batch, highest / down));
}

/** How a block is cut, and where what it needs lies in scratch memory, in values. */
typedef struct {
  i32 down, across, part, images;
  /** Places for the tiles of a row: whole panels, and what a vector may write too much. */
  u64 tiles;
} Cut;

INLINE Cut cut_of(i32 batch, i32 channels, i32 filters, i32 rows, i32 columns) {
  i32 down = (rows + 1) >> 1, across = across_of(columns), part = part_of(down, across, channels, filters);
  i32 images = images_of(down, across, channels, filters, batch);
  return (Cut){down, across, part, images, (u64)up_to(images * part * across, COLUMNS) + COLUMNS};
}

INLINE u64 plane_size(const Cut *cut) { return (u64)(2 * cut->part + 2) * (2 * cut->across + 4); }

double KERNEL(winogradScratch)(i32 batch, i32 channels, i32 filters, i32 rows, i32 columns) {
  Cut cut = cut_of(batch, channels, filters, rows, columns);
  return 4.0 * (PLACES * ((u64)channels * filters + cut.tiles * (u64)(channels + filters)) + plane_size(&cut));
}

double KERNEL(winogradKernelScratch)(i32 batch, i32 channels, i32 filters, i32 rows, i32 columns) {
  Cut cut = cut_of(batch, channels, filters, rows, columns);
  return 4.0 * (PLACES * cut.tiles * (u64)(channels + filters) + packed_size((i32)cut.tiles, channels) + plane_size(&cut));
}

/** u[place,f,c] = G g Gᵀ of the kernel g = kernel[f,c] */
static void transform_kernels(const float *kernel, float *u, i32 filters, i32 channels) {
  u64 step = (u64)filters * channels;
  for (float *end = u + step; u < end; u++, kernel += 9) {
    for (i32 column = 0; column < 3; column++) {
      // down, into the first three columns of u
      float g0 = kernel[column], g1 = kernel[column + 3], g2 = kernel[column + 6], sum = g0 + g2;
      u[column * step] = g0;
      u[(4 + column) * step] = (sum + g1) * 0.5f;
      u[(8 + column) * step] = (sum - g1) * 0.5f;
      u[(12 + column) * step] = g2;
    }
    for (i32 row = 0; row < 4; row++) {
      float *at = u + 4 * row * step;
      float g0 = at[0], g1 = at[step], g2 = at[2 * step], sum = g0 + g2;
      at[step] = (sum + g1) * 0.5f;
      at[2 * step] = (sum - g1) * 0.5f;
      at[3 * step] = g2;
    }
  }
}

/** A row of ten pixels, times B: the tiles' pixels 0, 1, 2 and 3 are two apart. */
INLINE void transform_across(__m128 low, __m128 middle, __m128 high, float *to, u64 place) {
  __m128 p0 = _mm_shuffle_ps(low, middle, _MM_SHUFFLE(2, 0, 2, 0)), p1 = _mm_shuffle_ps(low, middle, _MM_SHUFFLE(3, 1, 3, 1));
  // one pixel further: lanes 1, 2, 3 and one of `high`
  __m128 p2 = _mm_shuffle_ps(p0, _mm_shuffle_ps(p0, high, _MM_SHUFFLE(0, 0, 3, 3)), _MM_SHUFFLE(2, 0, 2, 1));
  __m128 p3 = _mm_shuffle_ps(p1, _mm_shuffle_ps(p1, high, _MM_SHUFFLE(1, 1, 3, 3)), _MM_SHUFFLE(2, 0, 2, 1));
  _mm_storeu_ps(to, _mm_sub_ps(p0, p2));
  _mm_storeu_ps(to + place, _mm_add_ps(p1, p2));
  _mm_storeu_ps(to + 2 * place, _mm_sub_ps(p2, p1));
  _mm_storeu_ps(to + 3 * place, _mm_sub_ps(p1, p3));
}

/** Bᵀ d B of four tiles side by side, down first. */
INLINE void transform_tiles(const float *d, u64 line, float *to, u64 place) {
  __m128 r[4][3];
#pragma GCC unroll 4
  for (i32 y = 0; y < 4; y++)
    for (i32 x = 0; x < 3; x++) r[y][x] = _mm_loadu_ps(d + y * line + 4 * x);
#define ACROSS(op, a, b, at) transform_across(op(r[a][0], r[b][0]), op(r[a][1], r[b][1]), op(r[a][2], r[b][2]), to + (at) * place, place)
  ACROSS(_mm_sub_ps, 0, 2, 0);
  ACROSS(_mm_add_ps, 1, 2, 4);
  ACROSS(_mm_sub_ps, 2, 1, 8);
  ACROSS(_mm_sub_ps, 1, 3, 12);
#undef ACROSS
}

/**
 * v[place,c,t] = Bᵀ d B of `tile_rows` rows of tiles d, from the pixel row `top` on. Tile t of channel c is at (t / COLUMNS)·panel + c·channel + t mod COLUMNS; the first one is t, and
 * a row of them `next` later than the row before. The channel is copied between zeros first, so that no tile looks where the image ends.
 */
static void transform_image(
    const float *x, float *plane, float *v, u64 place, u64 channel, u64 panel, i32 t, i32 next, i32 channels, i32 height,
    i32 width, i32 top, i32 padding, i32 tile_rows, i32 across) {
  u64 line = (u64)(2 * across + 4);
  i32 count_of_lines = 2 * tile_rows + 2, count = least(width, 2 * across + 4 - padding);
  memset(plane, 0, (u64)count_of_lines * line * 4);
  for (i32 c = 0; c < channels; c++, x += (u64)height * width, v += channel) {
    for (i32 l = most(0, -top), end = least(count_of_lines, height - top); l < end; l++)
      copy_row(x + (u64)(top + l) * width, plane + l * line + padding, count);
    for (i32 r = 0, first = t; r < tile_rows; r++, first += next) {
      const float *from = plane + 2 * r * line;
      for (i32 i = 0; i < across; i += 4) {
        i32 at = first + i;
        transform_tiles(from + 2 * i, line, v + (u64)(at / COLUMNS) * panel + at % COLUMNS, place);
      }
    }
  }
}

INLINE __m128i lanes_of(i32 count) { return _mm_cmpgt_epi32(_mm_set1_epi32(count), _mm_setr_epi32(0, 1, 2, 3)); }
/** The first `count` of four lanes, all of them if it is more. */
INLINE __m128 load4(const float *at, i32 count) {
  touch(at, least(count, 4));
  return _mm_maskload_ps(at, lanes_of(count));
}
INLINE void store4(float *at, __m128 x, i32 count) {
  touch(at, least(count, 4));
  _mm_maskstore_ps(at, lanes_of(count), x);
}

/** y[f] = Aᵀ m A in the rows of tiles from `first` on: down first, then across. */
static void transform_back(
    const float *m, u64 place, u64 row, float *y, i32 filters, i32 rows, i32 columns, i32 first, i32 tile_rows, i32 across) {
  u64 line = (u64)columns;
  for (i32 f = 0; f < filters; f++, m += row, y += rows * line) {
    const float *from = m;
    for (i32 r = first; r < first + tile_rows; r++) {
      float *upper = y + 2 * r * line;
      for (i32 i = 0; i < across; i += 4, from += 4) {
        i32 left = columns - 2 * i;
        if (left <= 0) continue;
        __m128 s0[4], s1[4];
#pragma GCC unroll 4
        for (i32 c = 0; c < 4; c++) {
          const float *at = from + c * place;
          __m128 m0 = _mm_loadu_ps(at), m1 = _mm_loadu_ps(at + 4 * place);
          __m128 m2 = _mm_loadu_ps(at + 8 * place), m3 = _mm_loadu_ps(at + 12 * place);
          s0[c] = _mm_add_ps(_mm_add_ps(m0, m1), m2);
          s1[c] = _mm_sub_ps(_mm_sub_ps(m1, m2), m3);
        }
        for (i32 lower = 0; lower < 2 && 2 * r + lower < rows; lower++) {
          const __m128 *s = lower ? s1 : s0;
          __m128 even = _mm_add_ps(_mm_add_ps(s[0], s[1]), s[2]), odd = _mm_sub_ps(_mm_sub_ps(s[1], s[2]), s[3]);
          float *to = upper + lower * line + 2 * i;
          store4(to, _mm_unpacklo_ps(even, odd), left);
          if (left > 4) store4(to + 4, _mm_unpackhi_ps(even, odd), left - 4);
        }
      }
    }
  }
}

void KERNEL(winograd)(
    const float *x, const float *kernel, float *y, i32 batch, i32 channels, i32 height, i32 width, i32 filters, i32 rows,
    i32 columns, i32 paddingY, i32 paddingX, float *scratch) {
  Cut cut = cut_of(batch, channels, filters, rows, columns);
  u64 weights = (u64)channels * filters, before = cut.tiles * channels, after = cut.tiles * filters;
  float *u = scratch, *v = u + PLACES * weights, *m = v + PLACES * before, *plane = m + PLACES * after;
  u64 image = (u64)channels * height * width, result = (u64)filters * rows * columns;
  transform_kernels(kernel, u, filters, channels);
  for (i32 b = 0; b < batch; b += cut.images) {
    i32 some = least(cut.images, batch - b);
    for (i32 i = 0; i < cut.down; i += cut.part) {
      i32 tile_rows = least(cut.part, cut.down - i), each = tile_rows * cut.across;
      i32 n = up_to(some * each, COLUMNS);
      // the last panel's tiles that are not there: whatever lies there is multiplied too, and might be slow
      for (i32 place = 0; place < PLACES; place++) {
        float *last = v + place * before + (u64)(n / COLUMNS - 1) * channels * COLUMNS;
        memset(last, 0, (u64)channels * COLUMNS * 4);
      }
      for (i32 k = 0; k < some; k++)
        transform_image(
            x + (b + k) * image, plane, v, before, COLUMNS, (u64)channels * COLUMNS, k * each, cut.across, channels, height,
            width, 2 * i - paddingY, paddingX, tile_rows, cut.across);
      for (i32 place = 0; place < PLACES; place++)
        product(u + place * weights, channels, v + place * before, m + place * after, cut.tiles, filters, channels, n, 0);
      for (i32 k = 0; k < some; k++)
        transform_back(m + k * each, after, cut.tiles, y + (b + k) * result, filters, rows, columns, i, tile_rows, cut.across);
    }
  }
}

INLINE void spread_across(__m128 even, __m128 odd, float *to, u64 place) {
  __m128 sign = _mm_set1_ps(-0.0f);
  _mm_storeu_ps(to, even);
  _mm_storeu_ps(to + place, _mm_add_ps(even, odd));
  _mm_storeu_ps(to + 2 * place, _mm_sub_ps(even, odd));
  _mm_storeu_ps(to + 3 * place, _mm_xor_ps(odd, sign));
}

/** m[place,f,t] = A d Aᵀ of the 2×2 gradients d, down first; `next` tiles are in a row. */
static void transform_gradients(
    const float *dy, float *m, u64 place, u64 row, i32 filters, i32 rows, i32 columns, i32 first, i32 tile_rows, i32 next) {
  u64 line = (u64)columns;
  __m128 sign = _mm_set1_ps(-0.0f);
  for (i32 f = 0; f < filters; f++, m += row, dy += rows * line) {
    float *to = m;
    for (i32 r = first; r < first + tile_rows; r++, to += next) {
      const float *upper = dy + 2 * r * line;
      int has_lower = 2 * r + 1 < rows;
      for (i32 i = 0; i < next; i += 4) {
        i32 left = columns - 2 * i;
        const float *from = upper + 2 * i;
        __m128 zero = _mm_setzero_ps();
        __m128 a = load4(from, left);
        __m128 b = left > 4 ? load4(from + 4, left - 4) : zero;
        __m128 c = has_lower ? load4(from + line, left) : zero;
        __m128 d = has_lower && left > 4 ? load4(from + line + 4, left - 4) : zero;
        __m128 even0 = _mm_shuffle_ps(a, b, _MM_SHUFFLE(2, 0, 2, 0)), odd0 = _mm_shuffle_ps(a, b, _MM_SHUFFLE(3, 1, 3, 1));
        __m128 even1 = _mm_shuffle_ps(c, d, _MM_SHUFFLE(2, 0, 2, 0)), odd1 = _mm_shuffle_ps(c, d, _MM_SHUFFLE(3, 1, 3, 1));
        float *at = to + i;
        spread_across(even0, odd0, at, place);
        spread_across(_mm_add_ps(even0, even1), _mm_add_ps(odd0, odd1), at + 4 * place, place);
        spread_across(_mm_sub_ps(even0, even1), _mm_sub_ps(odd0, odd1), at + 8 * place, place);
        spread_across(_mm_xor_ps(even1, sign), _mm_xor_ps(odd1, sign), at + 12 * place, place);
      }
    }
  }
}

/** The sums of `Kernels.winogradKernel`: sums[k,place,f,c] over the images b ≡ k (mod 4), for k from `begin` on. */
void KERNEL(winogradKernel)(
    const float *x, const float *dy, float *sums, i32 batch, i32 channels, i32 height, i32 width, i32 filters, i32 rows,
    i32 columns, i32 paddingY, i32 paddingX, i32 begin, i32 end, float *scratch) {
  Cut cut = cut_of(batch, channels, filters, rows, columns);
  i32 real = (columns + 1) >> 1;
  u64 weights = (u64)channels * filters, before = cut.tiles * channels, after = cut.tiles * filters;
  float *v = scratch, *m = v + PLACES * before, *packed = m + PLACES * after, *plane = packed + packed_size((i32)cut.tiles, channels);
  u64 image = (u64)channels * height * width, result = (u64)filters * rows * columns;
  for (i32 lane = begin; lane < end; lane++) {
    float *out = sums + (u64)lane * PLACES * weights;
    for (i32 b = lane; b < batch; b += 4 * cut.images) {
      i32 some = least(cut.images, (batch - b + 3) >> 2);
      for (i32 i = 0; i < cut.down; i += cut.part) {
        i32 tile_rows = least(cut.part, cut.down - i), n = some * tile_rows * real;
        // rows of tiles lie close together: what a vector writes too much, the next row overwrites; so tiles lie in rows here, not in panels
        for (i32 k = 0, t = 0; k < some; k++, t += tile_rows * real) {
          float *first = v + t;
          transform_image(
              x + (b + 4 * k) * image, plane, first, before, cut.tiles, COLUMNS, 0, real, channels, height, width,
              2 * i - paddingY, paddingX, tile_rows, cut.across);
          transform_gradients(
              dy + (b + 4 * k) * result, m + t, after, cut.tiles, filters, rows, columns, i, tile_rows, real);
        }
        for (i32 place = 0; place < PLACES; place++) {
          pack_transposed(v + place * before, cut.tiles, n, channels, packed);
          product(m + place * after, cut.tiles, packed, out + place * weights, channels, filters, n, channels, b > lane || i > 0);
        }
      }
    }
  }
}
