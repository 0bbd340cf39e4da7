// Softmax attention of one head over one sequence, a block of queries and keys at a time: weights
// exist only while their block is worked on, so memory grows with the length, not its square.
//
//     y_i = Σ_j p_ij v_j      p_ij = exp(f q_i · k_j − m_i) / l_i      over the keys |i − j| ≤ span
//
// m_i is the largest exponent of row i and l_i norms the row; `state` [T, 2] keeps m_i and 1 / l_i,
// from which the backward computes the weights anew. Blocks of keys begin at multiples of
// ATTENTION_KEYS, so that neither the span nor the split into tasks moves them.

#ifndef ATTENTION_KEYS
#define ATTENTION_QUERIES 64
#define ATTENTION_KEYS 128
#define MINIMUM(a, b) ((a) < (b) ? (a) : (b))
#define MAXIMUM(a, b) ((a) > (b) ? (a) : (b))
/// n rounded up to whole panels of packed columns.
#define WHOLE_PANELS(n) (((n) + TILE_COLUMNS - 1) / TILE_COLUMNS * TILE_COLUMNS)
#endif

/// The sum and the largest of the lanes, pairwise.
INLINE S N(lane_sum)(V v) {
#pragma clang loop unroll(full)
  for (long width = LANES / 2; width > 0; width /= 2)
#pragma clang loop unroll(full)
    for (long i = 0; i < width; i++) v[i] += v[i + width];
  return v[0];
}
INLINE S N(lane_maximum)(V v) {
#pragma clang loop unroll(full)
  for (long width = LANES / 2; width > 0; width /= 2)
#pragma clang loop unroll(full)
    for (long i = 0; i < width; i++) v[i] = v[i + width] > v[i] ? v[i + width] : v[i];
  return v[0];
}

/// The largest of n elements, n > 0.
INLINE S N(row_maximum)(long n, const S *x) {
  long i = 0;
  S largest = x[0];
  if (n >= LANES) {
    V best = LOAD(x);
    for (i = LANES; i + LANES <= n; i += LANES) {
      V next = LOAD(x + i);
      best = SELECT(next > best, next, best);
    }
    largest = N(lane_maximum)(best);
  }
  for (; i < n; i++) largest = x[i] > largest ? x[i] : largest;
  return largest;
}

/// x ← exp(factor · x − shift) over n elements; the sum of the results.
INLINE S N(row_exp)(long n, S factor, S shift, S *x) {
  V sum = {0};
  EACH(n, {
    PUT(x, N(vexp)(GET(x) * factor - shift));
    sum += GET(x);
  });
  return N(lane_sum)(sum);
}

/// The keys of the block `j0 ..< j0 + n` that query i sees: `from ..< to`, relative to j0.
INLINE void N(visible)(const ck_attention *part, long i, long j0, long n, long *from, long *to) {
  *from = MAXIMUM(i - part->span - j0, 0);
  *to = MINIMUM(i + part->span + 1 - j0, n);
  if (*to < *from) *from = *to = 0;
}

/// The scores of one query against one block become weights relative to the row's maximum so far;
/// what y and the sum hold already shrinks where the maximum rises.
INLINE void N(attention_row)(const ck_attention *part, long from, long to, long n, int isFirst,
                             S factor, S *scores, S *state, S *y) {
  for (long j = 0; j < from; j++) scores[j] = 0;
  for (long j = to; j < n; j++) scores[j] = 0;
  if (from == to) return;
  const S peak = factor * N(row_maximum)(to - from, scores + from);
  if (isFirst) {
    state[0] = peak;
    state[1] = N(row_exp)(to - from, factor, peak, scores + from);
    return;
  }
  if (peak > state[0]) {
    S shrink[LANES];
    STORE(shrink, N(vexp)(SPLAT(state[0] - peak)));
    const S by = shrink[0];
    state[0] = peak;
    state[1] *= by;
    EACH(part->d, { PUT(y, GET(y) * by); });
  }
  state[1] += N(row_exp)(to - from, factor, state[0], scores + from);
}

/// The queries `low ..< high` of one head over one sequence.
///
/// q, k, v start at the head's columns of the sequence's first row, stride `ldx`; y likewise,
/// stride `ldy`; state [T, 2]. scratch: `ck_attention_scratch(t, d)` elements.
static void N(attention_forward)(int level, const ck_attention *part, S factor, const S *q,
                                 const S *k, const S *v, S *y, S *state, S *scratch) {
  const long d = part->d, ldx = part->ldx, ldy = part->ldy, wide = WHOLE_PANELS(d);
  const long begin = MAXIMUM(part->low - part->span, 0) / ATTENTION_KEYS * ATTENTION_KEYS;
  const long end = MINIMUM(part->high + part->span, part->t);
  S *scores = scratch;
  S *packedK = scores + ATTENTION_QUERIES * ATTENTION_KEYS;
  S *packedV = packedK + WHOLE_PANELS(end - begin) * d;
  N(pack_panels)(1, end - begin, d, k + begin * ldx, ldx, packedK);
  for (long j0 = begin; j0 < end; j0 += ATTENTION_KEYS)
    N(pack_panels)(0, d, MINIMUM(end - j0, ATTENTION_KEYS), v + j0 * ldx, ldx,
                   packedV + (j0 - begin) * wide);
  for (long i0 = part->low; i0 < part->high; i0 += ATTENTION_QUERIES) {
    const long rows = MINIMUM(part->high - i0, ATTENTION_QUERIES);
    const long first = MAXIMUM(i0 - part->span, 0) / ATTENTION_KEYS * ATTENTION_KEYS;
    const long last = MINIMUM(i0 + rows + part->span, part->t);
    for (long r = 0; r < rows; r++) state[2 * (i0 + r) + 1] = 0;
    for (long j0 = first; j0 < last; j0 += ATTENTION_KEYS) {
      // As many keys as were packed together, for that is the stride of their panels.
      const long n = MINIMUM(end - j0, ATTENTION_KEYS), at = j0 - begin;
      N(gemm_packed)(level, rows, n, d, q + i0 * ldx, ldx, packedK + at * d, 0, 0, scores,
                     ATTENTION_KEYS);
      for (long r = 0; r < rows; r++) {
        long from, to;
        S *row = state + 2 * (i0 + r);
        N(visible)(part, i0 + r, j0, n, &from, &to);
        N(attention_row)(part, from, to, n, row[1] == 0, factor, scores + r * ATTENTION_KEYS, row,
                         y + (i0 + r) * ldy);
      }
      N(gemm_packed)(level, rows, d, n, scores, ATTENTION_KEYS, packedV + at * wide, 0, j0 > first,
                     y + i0 * ldy, ldy);
    }
    for (long r = 0; r < rows; r++) {
      S *row = y + (i0 + r) * ldy;
      const S inverse = (S)1 / state[2 * (i0 + r) + 1];
      state[2 * (i0 + r) + 1] = inverse;
      EACH(d, { PUT(row, GET(row) * inverse); });
    }
  }
}

/// Scores and their gradients of one query, over the keys that it sees: `scores` become the weights
/// p, `slopes` (∂L/∂p) the gradients of f · score: p (∂L/∂p − dot) f.
INLINE void N(attention_row_backward)(long from, long to, long n, S factor, const S *state, S dot,
                                      S *scores, S *slopes) {
  for (long j = 0; j < from; j++) scores[j] = slopes[j] = 0;
  for (long j = to; j < n; j++) scores[j] = slopes[j] = 0;
  const S shift = state[0], inverse = state[1];
  S *p = scores + from, *g = slopes + from;
  EACH(to - from, {
    V weight = N(vexp)(GET(p) * factor - shift) * inverse;
    PUT(g, weight * (GET(g) - dot) * factor);
    PUT(p, weight);
  });
}

/// c [m, width of b] += aᵀ b, for a stored [k, m] with stride `lda` and b packed.
INLINE void N(add_transposed)(long m, long n, long k, const S *a, long lda, const S *packed, S *c,
                              long ldc) {
  for (long j = 0; j < n; j += TILE_COLUMNS)
    N(panel)(m, MINIMUM(n - j, TILE_COLUMNS), k, a, 1, lda, CK_TILE_ROWS, packed + j * k, 0, 1,
             c + j, ldc);
}

/// Adds the gradients of one head over one sequence, all queries, to dq, dk and dv (stride `ldx`).
///
/// y, dy: the output and its gradient, stride `ldy`. state as the forward left it.
static void N(attention_backward)(int level, const ck_attention *part, S factor, const S *q,
                                  const S *k, const S *v, const S *y, const S *dy, const S *state,
                                  S *dq, S *dk, S *dv, S *scratch) {
  const long t = part->t, d = part->d, ldx = part->ldx, ldy = part->ldy, wide = WHOLE_PANELS(d);
  S *scores = scratch;
  S *slopes = scores + ATTENTION_QUERIES * ATTENTION_KEYS;
  S *packedQ = slopes + ATTENTION_QUERIES * ATTENTION_KEYS;
  S *packedDY = packedQ + ATTENTION_QUERIES * wide;
  S *keysAcross = packedDY + ATTENTION_QUERIES * wide;
  S *valuesAcross = keysAcross + WHOLE_PANELS(t) * d;
  S *packedK = valuesAcross + WHOLE_PANELS(t) * d;
  N(pack_panels)(1, t, d, k, ldx, keysAcross);
  N(pack_panels)(1, t, d, v, ldx, valuesAcross);
  for (long j0 = 0; j0 < t; j0 += ATTENTION_KEYS)
    N(pack_panels)(0, d, MINIMUM(t - j0, ATTENTION_KEYS), k + j0 * ldx, ldx, packedK + j0 * wide);
  for (long i0 = part->low; i0 < part->high; i0 += ATTENTION_QUERIES) {
    const long rows = MINIMUM(part->high - i0, ATTENTION_QUERIES);
    const long first = MAXIMUM(i0 - part->span, 0) / ATTENTION_KEYS * ATTENTION_KEYS;
    const long last = MINIMUM(i0 + rows + part->span, t);
    S dots[ATTENTION_QUERIES];
    for (long r = 0; r < rows; r++) {
      const S *left = y + (i0 + r) * ldy, *right = dy + (i0 + r) * ldy;
      V sum = {0};
      EACH(d, { sum += GET(left) * GET(right); });
      dots[r] = N(lane_sum)(sum);
    }
    N(pack_panels)(0, d, rows, q + i0 * ldx, ldx, packedQ);
    N(pack_panels)(0, d, rows, dy + i0 * ldy, ldy, packedDY);
    for (long j0 = first; j0 < last; j0 += ATTENTION_KEYS) {
      const long n = MINIMUM(t - j0, ATTENTION_KEYS);
      N(gemm_packed)(level, rows, n, d, q + i0 * ldx, ldx, keysAcross + j0 * d, 0, 0, scores,
                     ATTENTION_KEYS);
      N(gemm_packed)(level, rows, n, d, dy + i0 * ldy, ldy, valuesAcross + j0 * d, 0, 0, slopes,
                     ATTENTION_KEYS);
      for (long r = 0; r < rows; r++) {
        long from, to;
        N(visible)(part, i0 + r, j0, n, &from, &to);
        N(attention_row_backward)(from, to, n, factor, state + 2 * (i0 + r), dots[r],
                                  scores + r * ATTENTION_KEYS, slopes + r * ATTENTION_KEYS);
      }
      N(gemm_packed)(level, rows, d, n, slopes, ATTENTION_KEYS, packedK + j0 * wide, 0, 1,
                     dq + i0 * ldx, ldx);
      N(add_transposed)(n, d, rows, slopes, ATTENTION_KEYS, packedQ, dk + j0 * ldx, ldx);
      N(add_transposed)(n, d, rows, scores, ATTENTION_KEYS, packedDY, dv + j0 * ldx, ldx);
    }
  }
}
