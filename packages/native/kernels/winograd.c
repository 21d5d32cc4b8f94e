// Convolution with kernels of 3×3 and stride 1 by Winograd's F(2×2, 3×3): see `Kernels.winograd`. Images are cut into tiles of 4×4 pixels, two apart. In each of the 16 places of a tile
// the sum over channels is a matrix product, u[filters,channels] · v[channels,tiles]. What transforms tiles takes four, eight or sixteen of them side by side.
#include "product.h"

#include "kernels.h"
#include "pairs.h"

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

/** From one place to the next: places that are whole pages apart would share the few lines of a first-level cache that a page's offset maps to. */
INLINE u64 apart(u64 values) { return (values + 1023) / 1024 * 1024 + 64; }

INLINE u64 plane_size(const Cut *cut) { return (u64)(2 * cut->part + 2) * (2 * cut->across + 4); }

double KERNEL(winogradScratch)(i32 batch, i32 channels, i32 filters, i32 rows, i32 columns) {
  Cut cut = cut_of(batch, channels, filters, rows, columns);
  return 4.0 * (PLACES * (apart((u64)channels * filters) + apart(cut.tiles * channels) + apart(cut.tiles * filters)) + plane_size(&cut));
}

double KERNEL(winogradKernelScratch)(i32 batch, i32 channels, i32 filters, i32 rows, i32 columns) {
  Cut cut = cut_of(batch, channels, filters, rows, columns);
  return 4.0 * (PLACES * (apart(cut.tiles * channels) + apart(cut.tiles * filters)) + packed_size((i32)cut.tiles, channels) + plane_size(&cut));
}

/** u[place,f,c] = G g Gᵀ of the kernel g = kernel[f,c] */
static void transform_kernels(const float *kernel, float *u, u64 step, i32 filters, i32 channels) {
  for (float *end = u + (u64)filters * channels; u < end; u++, kernel += 9) {
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

/**
 * What transforms N tiles side by side, named `transform_tiles_N`, …: each computes what the one of four tiles does, of more.
 *
 * - transform_tiles: Bᵀ d B, down first. A tile's pixels 0, 1, 2 and 3 are those of even and of odd place from the first on, and from the third.
 * - tiles_back: two rows of y = Aᵀ m A, down first, then across, of four vectors: N pixels of even and of odd place.
 * - transform_gradients: A d Aᵀ of the rows `low` and `high` of two, taken apart into even and odd places.
 */
#define TRANSFORMS(N, VN)                                                                                                 \
  INLINE void transform_across_##N(VN a, VN b, VN c, VN d, float *to, u64 place) {                                        \
    VN p0 = evens##N(a, b), p1 = odds##N(a, b), p2 = evens##N(c, d), p3 = odds##N(c, d);                                  \
    store##N(to, sub##N(p0, p2));                                                                                         \
    store##N(to + place, add##N(p1, p2));                                                                                 \
    store##N(to + 2 * place, sub##N(p2, p1));                                                                             \
    store##N(to + 3 * place, sub##N(p1, p3));                                                                             \
  }                                                                                                                       \
  INLINE void transform_tiles_##N(const float *d, u64 line, float *to, u64 place) {                                       \
    VN r[4][4];                                                                                                           \
    _Pragma("GCC unroll 4") for (i32 y = 0; y < 4; y++) {                                                                 \
      r[y][0] = load##N(d + y * line), r[y][1] = load##N(d + y * line + N);                                               \
      r[y][2] = load##N(d + y * line + 2), r[y][3] = load##N(d + y * line + N + 2);                                       \
    }                                                                                                                     \
    DOWN(N, sub, 0, 2, 0) DOWN(N, add, 1, 2, 4) DOWN(N, sub, 2, 1, 8) DOWN(N, sub, 1, 3, 12)                              \
  }                                                                                                                       \
  INLINE void tiles_back_##N(const float *m, u64 place, VN even[2], VN odd[2]) {                                          \
    VN s[2][4];                                                                                                           \
    _Pragma("GCC unroll 4") for (i32 c = 0; c < 4; c++) {                                                                 \
      const float *at = m + c * place;                                                                                    \
      VN m0 = load##N(at), m1 = load##N(at + 4 * place), m2 = load##N(at + 8 * place), m3 = load##N(at + 12 * place);     \
      s[0][c] = add##N(add##N(m0, m1), m2);                                                                               \
      s[1][c] = sub##N(sub##N(m1, m2), m3);                                                                               \
    }                                                                                                                     \
    _Pragma("GCC unroll 2") for (i32 i = 0; i < 2; i++) {                                                                 \
      even[i] = add##N(add##N(s[i][0], s[i][1]), s[i][2]);                                                                \
      odd[i] = sub##N(sub##N(s[i][1], s[i][2]), s[i][3]);                                                                 \
    }                                                                                                                     \
  }                                                                                                                       \
  INLINE void spread_across_##N(VN even, VN odd, float *to, u64 place) {                                                  \
    store##N(to, even);                                                                                                   \
    store##N(to + place, add##N(even, odd));                                                                              \
    store##N(to + 2 * place, sub##N(even, odd));                                                                          \
    store##N(to + 3 * place, negate##N(odd));                                                                             \
  }                                                                                                                       \
  INLINE void transform_gradients_##N(VN low0, VN high0, VN low1, VN high1, float *to, u64 place) {                       \
    VN even0 = evens##N(low0, high0), odd0 = odds##N(low0, high0), even1 = evens##N(low1, high1), odd1 = odds##N(low1, high1); \
    spread_across_##N(even0, odd0, to, place);                                                                            \
    spread_across_##N(add##N(even0, even1), add##N(odd0, odd1), to + 4 * place, place);                                   \
    spread_across_##N(sub##N(even0, even1), sub##N(odd0, odd1), to + 8 * place, place);                                   \
    spread_across_##N(negate##N(even1), negate##N(odd1), to + 12 * place, place);                                         \
  }
#define DOWN(N, op, a, b, at)                                                                                             \
  transform_across_##N(                                                                                                   \
      op##N(r[a][0], r[b][0]), op##N(r[a][1], r[b][1]), op##N(r[a][2], r[b][2]), op##N(r[a][3], r[b][3]), to + (at) * place, \
      place);

TRANSFORMS(4, __m128)
TRANSFORMS(8, __m256)
#if WIDTH == 512
TRANSFORMS(16, __m512)
#endif
#undef TRANSFORMS
#undef DOWN

/** How many tiles are taken side by side where so many are left. */
INLINE i32 tiles_of(i32 left) { return WIDTH == 512 && left >= 16 ? 16 : left >= 8 ? 8 : 4; }

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
      for (i32 i = 0, some; i < across; i += some, from += 2 * some) {
        i32 at = first + i;
        // tiles side by side that lie side by side in v too
        i32 left = panel == COLUMNS ? across - i : least(across - i, COLUMNS - at % COLUMNS);
        float *to = v + (u64)(at / COLUMNS) * panel + at % COLUMNS;
        some = tiles_of(left);
#if WIDTH == 512
        if (some == 16) transform_tiles_16(from, line, to, place);
        else
#endif
        if (some == 8) transform_tiles_8(from, line, to, place);
        else transform_tiles_4(from, line, to, place);
      }
    }
  }
}

INLINE __m128i lanes_of(i32 count) { return _mm_cmpgt_epi32(_mm_set1_epi32(count), _mm_setr_epi32(0, 1, 2, 3)); }
/** The first `count` of four lanes, all of them if it is more. */
INLINE __m128 load4_part(const float *at, i32 count) {
  touch(at, least(count, 4));
  return _mm_maskload_ps(at, lanes_of(count));
}
INLINE void store4_part(float *at, __m128 x, i32 count) {
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
      i32 lines = least(2, rows - 2 * r);
      for (i32 i = 0, some; i < across; i += some, from += some) {
        i32 left = columns - 2 * i;
        some = tiles_of(least(across - i, left / 2));
        if (left <= 0) continue;
        float *to = upper + 2 * i;
#if WIDTH == 512
        if (some == 16) {
          __m512 even[2], odd[2];
          tiles_back_16(from, place, even, odd);
          for (i32 l = 0; l < lines; l++, to += line) {
            store16(to, lower16(even[l], odd[l]));
            store16(to + 16, upper16(even[l], odd[l]));
          }
          continue;
        }
#endif
        if (some == 8) {
          __m256 even[2], odd[2];
          tiles_back_8(from, place, even, odd);
          for (i32 l = 0; l < lines; l++, to += line) {
            store8(to, lower8(even[l], odd[l]));
            store8(to + 8, upper8(even[l], odd[l]));
          }
          continue;
        }
        __m128 even[2], odd[2];
        tiles_back_4(from, place, even, odd);
        for (i32 l = 0; l < lines; l++, to += line) {
          store4_part(to, lower4(even[l], odd[l]), left);
          if (left > 4) store4_part(to + 4, upper4(even[l], odd[l]), left - 4);
        }
      }
    }
  }
}

void KERNEL(winograd)(
    const float *x, const float *kernel, float *y, i32 batch, i32 channels, i32 height, i32 width, i32 filters, i32 rows,
    i32 columns, i32 paddingY, i32 paddingX, float *scratch) {
  Cut cut = cut_of(batch, channels, filters, rows, columns);
  u64 weights = apart((u64)channels * filters), before = apart(cut.tiles * channels), after = apart(cut.tiles * filters);
  float *u = scratch, *v = u + PLACES * weights, *m = v + PLACES * before, *plane = m + PLACES * after;
  u64 image = (u64)channels * height * width, result = (u64)filters * rows * columns;
  transform_kernels(kernel, u, weights, filters, channels);
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

/** m[place,f,t] = A d Aᵀ of the 2×2 gradients d, down first; `next` tiles are in a row. */
static void transform_gradients(
    const float *dy, float *m, u64 place, u64 row, i32 filters, i32 rows, i32 columns, i32 first, i32 tile_rows, i32 next) {
  u64 line = (u64)columns;
  for (i32 f = 0; f < filters; f++, m += row, dy += rows * line) {
    float *to = m;
    for (i32 r = first; r < first + tile_rows; r++, to += next) {
      const float *upper = dy + 2 * r * line;
      int has_lower = 2 * r + 1 < rows;
      for (i32 i = 0, some; i < next; i += some) {
        i32 left = columns - 2 * i;
        const float *from = upper + 2 * i, *below = from + line;
        float *at = to + i;
        some = tiles_of(least(next - i, left / 2));
#if WIDTH == 512
        if (some == 16) {
          __m512 zero = zero16();
          transform_gradients_16(
              load16(from), load16(from + 16), has_lower ? load16(below) : zero, has_lower ? load16(below + 16) : zero, at, place);
          continue;
        }
#endif
        if (some == 8) {
          __m256 zero = zero8();
          transform_gradients_8(
              load8(from), load8(from + 8), has_lower ? load8(below) : zero, has_lower ? load8(below + 8) : zero, at, place);
          continue;
        }
        __m128 zero = zero4();
        transform_gradients_4(
            load4_part(from, left), left > 4 ? load4_part(from + 4, left - 4) : zero,
            has_lower ? load4_part(below, left) : zero,
            has_lower && left > 4 ? load4_part(below + 4, left - 4) : zero, at, place);
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
  u64 weights = (u64)channels * filters, before = apart(cut.tiles * channels), after = apart(cut.tiles * filters);
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
