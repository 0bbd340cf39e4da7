// Matrix products: c = op(a) op(b) [+ bias] [+ c], blocked, with tiles of registers.
//
// Each element is a sum over k in ascending order, in blocks of DEPTH: neither the place of an
// element nor the size of the other extents changes its bytes.

#define TILE_VECTORS 2
#define TILE_COLUMNS (TILE_VECTORS * LANES)
/// Block extents: a packed panel of b (DEPTH × TILE_COLUMNS) stays in the first-level cache.
#ifndef DEPTH
#define DEPTH 192
#define BLOCK_COLUMNS 512
#define BLOCK_ROWS 240
#endif

/// Four elements, which are shuffled in one instruction or two at any level.
typedef S N(four) __attribute__((vector_size(4 * sizeof(S)), aligned(sizeof(S)), may_alias));

/// packed[p · TILE_COLUMNS + c] = b[c · ldb + p] for c < width, p < k, in blocks of 4 × 4.
INLINE void N(pack_transposed)(long width, long k, const S *b, long ldb, S *packed) {
#define FOUR(x) (*(N(four) *)(x))
#define PAIR(x, y, ...) __builtin_shufflevector(x, y, __VA_ARGS__)
  long c = 0;
  for (; c + 4 <= width; c += 4) {
    const S *row = b + c * ldb;
    long p = 0;
    for (; p + 4 <= k; p += 4) {
      S *to = packed + p * TILE_COLUMNS + c;
      N(four) x = FOUR(row + p), y = FOUR(row + ldb + p), z = FOUR(row + 2 * ldb + p),
              w = FOUR(row + 3 * ldb + p);
      N(four) xy = PAIR(x, y, 0, 4, 1, 5), zw = PAIR(z, w, 0, 4, 1, 5);
      FOUR(to) = PAIR(xy, zw, 0, 1, 4, 5);
      FOUR(to + TILE_COLUMNS) = PAIR(xy, zw, 2, 3, 6, 7);
      xy = PAIR(x, y, 2, 6, 3, 7), zw = PAIR(z, w, 2, 6, 3, 7);
      FOUR(to + 2 * TILE_COLUMNS) = PAIR(xy, zw, 0, 1, 4, 5);
      FOUR(to + 3 * TILE_COLUMNS) = PAIR(xy, zw, 2, 3, 6, 7);
    }
    for (; p < k; p++)
      for (long i = 0; i < 4; i++) packed[p * TILE_COLUMNS + c + i] = row[i * ldb + p];
  }
  for (; c < width; c++)
    for (long p = 0; p < k; p++) packed[p * TILE_COLUMNS + c] = b[c * ldb + p];
#undef FOUR
#undef PAIR
}

/// Packs op(b), k × n, as panels of TILE_COLUMNS columns, each [k][TILE_COLUMNS], zero-filled.
INLINE void N(pack_panels)(int transpose, long n, long k, const S *b, long ldb, S *packed) {
  for (long j = 0; j < n; j += TILE_COLUMNS, packed += k * TILE_COLUMNS) {
    const long width = n - j < TILE_COLUMNS ? n - j : TILE_COLUMNS;
    if (width < TILE_COLUMNS) memset(packed, 0, (size_t)(k * TILE_COLUMNS) * sizeof(S));
    if (transpose) {
      N(pack_transposed)(width, k, b + j * ldb, ldb, packed);
    } else if (width == TILE_COLUMNS) {
      for (long p = 0; p < k; p++)
        for (long v = 0; v < TILE_VECTORS; v++)
          STORE(packed + p * TILE_COLUMNS + v * LANES, LOAD(b + p * ldb + j + v * LANES));
    } else {
      for (long p = 0; p < k; p++)
        memcpy(packed + p * TILE_COLUMNS, b + p * ldb + j, (size_t)width * sizeof(S));
    }
  }
}

/// Packs aᵀ, m × k from a [k, m], as panels of CK_TILE_ROWS rows, each [k][CK_TILE_ROWS].
INLINE void N(pack_rows)(long m, long k, const S *a, long lda, S *packed) {
  for (long i = 0; i < m; i += CK_TILE_ROWS, packed += k * CK_TILE_ROWS) {
    const long height = m - i < CK_TILE_ROWS ? m - i : CK_TILE_ROWS;
    if (height == CK_TILE_ROWS) {
      for (long p = 0; p < k; p++)
        memcpy(packed + p * CK_TILE_ROWS, a + p * lda + i, CK_TILE_ROWS * sizeof(S));
    } else {
      for (long p = 0; p < k; p++)
        for (long r = 0; r < height; r++) packed[p * CK_TILE_ROWS + r] = a[p * lda + i + r];
    }
  }
}

/// A tile of `rows` × `width` elements, at most `vectors` vectors wide; the element (i, p) of a is
/// a[i · rs + p · ks].
INLINE void N(tile)(const long rows, const long vectors, long width, long k, const S *a, long rs,
                    long ks, const S *b, const S *bias, int accumulate, S *c, long ldc) {
  V sum[CK_TILE_ROWS][TILE_VECTORS];
#pragma clang loop unroll(full)
  for (long i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (long v = 0; v < vectors; v++) sum[i][v] = (V){0};
  for (long p = 0; p < k; p++) {
    V right[TILE_VECTORS];
#pragma clang loop unroll(full)
    for (long v = 0; v < vectors; v++) right[v] = LOAD(b + p * TILE_COLUMNS + v * LANES);
#pragma clang loop unroll(full)
    for (long i = 0; i < rows; i++) {
      V left = SPLAT(a[i * rs + p * ks]);
#pragma clang loop unroll(full)
      for (long v = 0; v < vectors; v++) sum[i][v] = left * right[v] + sum[i][v];
    }
  }
#pragma clang loop unroll(full)
  for (long i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (long v = 0; v < vectors; v++) {
      S *place = c + i * ldc + v * LANES;
      if ((v + 1) * LANES <= width) {
        V result = sum[i][v];
        if (accumulate) result = LOAD(place) + result;
        else if (bias) result = LOAD(bias + v * LANES) + result;
        STORE(place, result);
      } else {
        S last[LANES];
        STORE(last, sum[i][v]);
        for (long j = 0; j < width - v * LANES; j++)
          place[j] = accumulate ? place[j] + last[j] : bias ? bias[v * LANES + j] + last[j] : last[j];
      }
    }
}

/// `m` rows against one panel of b, tile by tile.
INLINE void N(tiles)(long m, const long vectors, long width, long k, const S *a, long rs, long ks,
                     long tileStride, const S *b, const S *bias, int accumulate, S *c, long ldc) {
  long i = 0;
  for (; i + CK_TILE_ROWS <= m; i += CK_TILE_ROWS, a += tileStride, c += CK_TILE_ROWS * ldc)
    N(tile)(CK_TILE_ROWS, vectors, width, k, a, rs, ks, b, bias, accumulate, c, ldc);
  switch (m - i) {
#define REST(r) \
  case r: N(tile)(r, vectors, width, k, a, rs, ks, b, bias, accumulate, c, ldc); break;
    REST(1) REST(2) REST(3)
#if CK_TILE_ROWS > 4
    REST(4) REST(5)
#endif
#if CK_TILE_ROWS > 6
    REST(6) REST(7)
#endif
#undef REST
    default: break;
  }
}

/// The same, with half the work where the panel's last columns fit one vector.
INLINE void N(panel)(long m, long width, long k, const S *a, long rs, long ks, long tileStride,
                     const S *b, const S *bias, int accumulate, S *c, long ldc) {
  if (width > LANES)
    N(tiles)(m, TILE_VECTORS, width, k, a, rs, ks, tileStride, b, bias, accumulate, c, ldc);
  else
    N(tiles)(m, 1, width, k, a, rs, ks, tileStride, b, bias, accumulate, c, ldc);
}

/// c [m, n] = op(a) [m, k] · op(b) [k, n] + (c if `accumulate`, else `bias` [n] if given).
/// With `transposeA`, a is stored [k, m]; with `transposeB`, b is stored [n, k].
static void N(gemm)(int level, int transposeA, int transposeB, long m, long n, long k, const S *a,
                    long lda, const S *b, long ldb, const S *bias, int accumulate, S *c, long ldc,
                    S *scratch) {
  (void)level;
  S *packedB = scratch;
  S *packedA = scratch + (BLOCK_COLUMNS + 64) * DEPTH;
  for (long j0 = 0; j0 < n; j0 += BLOCK_COLUMNS) {
    const long columns = n - j0 < BLOCK_COLUMNS ? n - j0 : BLOCK_COLUMNS;
    for (long p0 = 0; p0 < k || p0 == 0; p0 += DEPTH) {
      const long depth = k - p0 < DEPTH ? k - p0 : DEPTH;
      const int add = accumulate || p0 > 0;
      const S *from = transposeB ? b + j0 * ldb + p0 : b + p0 * ldb + j0;
      N(pack_panels)(transposeB, columns, depth, from, ldb, packedB);
      for (long i0 = 0; i0 < m; i0 += BLOCK_ROWS) {
        const long rows = m - i0 < BLOCK_ROWS ? m - i0 : BLOCK_ROWS;
        if (transposeA) N(pack_rows)(rows, depth, a + p0 * lda + i0, lda, packedA);
        for (long j = 0; j < columns; j += TILE_COLUMNS) {
          const long width = columns - j < TILE_COLUMNS ? columns - j : TILE_COLUMNS;
          const S *panel = packedB + j * depth;
          const S *shift = bias ? bias + j0 + j : bias;
          S *place = c + i0 * ldc + j0 + j;
          if (transposeA)
            N(panel)(rows, width, depth, packedA, 1, CK_TILE_ROWS, depth * CK_TILE_ROWS, panel,
                     shift, add, place, ldc);
          else
            N(panel)(rows, width, depth, a + i0 * lda + p0, lda, 1, CK_TILE_ROWS * lda, panel,
                     shift, add, place, ldc);
        }
      }
    }
  }
}

/// Packs op(b), k × n, for `gemm_packed`; b is stored [n, k] with `transposeB`, else [k, n].
static void N(pack)(int level, int transposeB, long n, long k, const S *b, long ldb, S *packed) {
  (void)level;
  N(pack_panels)(transposeB, n, k, b, ldb, packed);
}

/// Like `gemm` with a as stored and b packed by `pack` at the same level; k in one block.
static void N(gemm_packed)(int level, long m, long n, long k, const S *a, long lda,
                           const S *packed, const S *bias, int accumulate, S *c, long ldc) {
  (void)level;
  for (long j = 0; j < n; j += TILE_COLUMNS) {
    const long width = n - j < TILE_COLUMNS ? n - j : TILE_COLUMNS;
    N(panel)(m, width, k, a, lda, 1, CK_TILE_ROWS * lda, packed + j * k, bias ? bias + j : bias,
             accumulate, c + j, ldc);
  }
}
