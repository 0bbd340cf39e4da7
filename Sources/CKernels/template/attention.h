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
#define ATTENTION_KEYS 256
#define MINIMUM(a, b) ((a) < (b) ? (a) : (b))
#define MAXIMUM(a, b) ((a) > (b) ? (a) : (b))
/// n rounded up to whole panels of packed columns.
#define WHOLE_PANELS(n) (((n) + TILE_COLUMNS - 1) / TILE_COLUMNS * TILE_COLUMNS)
#endif

/// The keys of the block `j0 ..< j0 + n` that query i sees: `from ..< to`, relative to j0.
INLINE void N(visible)(const ck_attention *part, long i, long j0, long n, long *from, long *to) {
  *from = MAXIMUM(i - part->span - j0, 0);
  *to = MINIMUM(i + part->span + 1 - j0, n);
  if (*to < *from) *from = *to = 0;
}

/// Runs the body for the whole vectors, from element i_ on, that make up a row of n scores. In it,
/// SEEN(v, other) is v where the element is one of `from ..< to`, else `other`. Rows have room for
/// whole vectors.
#ifndef EACH_SCORE
#define EACH_SCORE(n, ...)                                                                        \
  for (long i_ = 0; i_ < (n); i_ += LANES) {                                                      \
    if (i_ >= from && i_ + LANES <= to) {                                                         \
      const int isWhole_ = 1;                                                                     \
      __VA_ARGS__                                                                                 \
    } else {                                                                                      \
      const int isWhole_ = 0;                                                                     \
      __VA_ARGS__                                                                                 \
    }                                                                                             \
  }
#define SEEN(v, other) (isWhole_ ? (v) : N(between)(from - i_, to - i_, v, other))
#endif

/// The lanes `from ..< to` of v, and of `other` beside them.
INLINE V N(between)(long from, long to, V v, V other) {
  VI lane;
  for (long i = 0; i < LANES; i++) lane[i] = (I)i;
  const I low = (I)MAXIMUM(from, 0), high = (I)MAXIMUM(MINIMUM(to, LANES), 0);
  return SELECT((lane >= low) & (lane < high), v, other);
}

/// The scores of one query against one block become weights relative to the row's maximum so far;
/// what y and the sum hold already shrinks where the maximum rises.
INLINE void N(attention_row)(const ck_attention *part, long from, long to, long n, S factor,
                             S *scores, S *state, S *y) {
  if (from < to) {
    V best = SPLAT(-__builtin_inf());
    EACH_SCORE(n, {
      V score = SEEN(LOAD(scores + i_), best);
      best = SELECT(score > best, score, best);
    });
    const S peak = factor * N(lane_maximum)(best);
    if (state[1] == 0) {
      state[0] = peak;
    } else if (peak > state[0]) {
      S shrink[LANES];
      STORE(shrink, N(vexp)(SPLAT(state[0] - peak)));
      const S by = shrink[0];
      state[0] = peak;
      state[1] *= by;
      EACH(part->d, { PUT(y, GET(y) * by); });
    }
  }
  V sum = {0};
  const S shift = state[0];
  EACH_SCORE(n, {
    V weight = SEEN(N(vexp)(LOAD(scores + i_) * factor - shift), (V){0});
    STORE(scores + i_, weight);
    sum += weight;
  });
  state[1] += N(lane_sum)(sum);
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
    for (long r = 0; r < 2 * rows; r++) state[2 * i0 + r] = 0;
    for (long j0 = first; j0 < last; j0 += ATTENTION_KEYS) {
      // As many keys as were packed together, for that is the stride of their panels.
      const long n = MINIMUM(end - j0, ATTENTION_KEYS), at = j0 - begin;
      N(gemm_packed)(level, rows, n, d, q + i0 * ldx, ldx, packedK + at * d, 0, 0, scores,
                     ATTENTION_KEYS);
      for (long r = 0; r < rows; r++) {
        long from, to;
        S *row = state + 2 * (i0 + r);
        N(visible)(part, i0 + r, j0, n, &from, &to);
        N(attention_row)(part, from, to, n, factor, scores + r * ATTENTION_KEYS, row,
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
  const S shift = state[0], inverse = state[1];
  EACH_SCORE(n, {
    V weight = SEEN(N(vexp)(LOAD(scores + i_) * factor - shift) * inverse, (V){0});
    STORE(slopes + i_, SEEN(weight * (LOAD(slopes + i_) - dot) * factor, (V){0}));
    STORE(scores + i_, weight);
  });
}

/// c [m, width of b] += aᵀ b, for a stored [k, m] with stride `lda` and b packed.
INLINE void N(add_transposed)(long m, long n, long k, const S *a, long lda, const S *packed, S *c,
                              long ldc) {
  for (long j = 0; j < n; j += TILE_COLUMNS)
    N(panel)(m, MINIMUM(n - j, TILE_COLUMNS), k, a, 1, lda, CK_TILE_ROWS, packed + j * k, 0, 1,
             c + j, ldc);
}

/// dq, dk and dv (stride `ldx`) (+)= the gradients of one head over one sequence, all queries.
///
/// y, dy: the output and its gradient, stride `ldy`. state as the forward left it.
static void N(attention_backward)(int level, const ck_attention *part, S factor, const S *q,
                                  const S *k, const S *v, const S *y, const S *dy, const S *state,
                                  int accumulate, S *dq, S *dk, S *dv, S *scratch) {
  const long t = part->t, d = part->d, ldx = part->ldx, ldy = part->ldy, wide = WHOLE_PANELS(d);
  for (long r = 0; r < t && !accumulate; r++) {
    memset(dq + r * ldx, 0, (size_t)d * sizeof(S));
    memset(dk + r * ldx, 0, (size_t)d * sizeof(S));
    memset(dv + r * ldx, 0, (size_t)d * sizeof(S));
  }
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
