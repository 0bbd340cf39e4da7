// A GRU over time, PyTorch's convention: gates in the order r, z, n; the candidate is reset after
// the recurrent product.
//
//     r = σ(x_r + h_r)   z = σ(x_z + h_z)   n = tanh(x_n + r · h_n)   h' = n + z (h − n)
//
// with x = W x_t + b (already in `gates`) and h_• = U h_{t−1} + c.

/// The gates of one frame: x_r, x_z, x_n in `gates` [4h] become r, z, n, h_n.
INLINE void N(gru_cell)(long h, const S *recurrent, S *gates, S *previous, S *state, S *out) {
  EACH(h, {
    V hn = GET(recurrent + 2 * h), before = GET(state);
    V r = N(vsigmoid)(GET(gates) + GET(recurrent));
    V z = N(vsigmoid)(GET(gates + h) + GET(recurrent + h));
    V n = N(vtanh)(r * hn + GET(gates + 2 * h));
    V after = z * (before - n) + n;
    PUT(gates, r);
    PUT(gates + h, z);
    PUT(gates + 2 * h, n);
    PUT(gates + 3 * h, hn);
    if (previous) PUT(previous, before);
    PUT(state, after);
    PUT(out, after);
  });
}

/// Asks for `count` elements that the next step will touch: rows of one step lie far apart.
INLINE void N(prefetch)(const S *x, long count) {
  for (long i = 0; i < count; i += 64 / (long)sizeof(S)) __builtin_prefetch(x + i);
}

/// Runs the sequences `low ..< high` (ranks, longest first) of one direction through time.
///
/// packed: Uᵀ, h × 3h, by `pack`. bias c [3h]. gates [F, 4h] by frame. previous [F, h] receives
/// h_{t−1}, if given. out [F, ldo]. state [(high − low), h] starts as the initial state and ends
/// as the last one. work [(high − low), 3h].
static void N(gru_forward)(int level, const ck_steps *steps, long low, long high, long h,
                           const S *packed, const S *bias, S *gates, S *previous, S *out, long ldo,
                           S *state, S *work) {
  for (long t = 0; t < steps->count; t++) {
    const int32_t *rows = steps->rows + steps->begin[t] + low;
    long active = steps->begin[t + 1] - steps->begin[t];
    active = (active < high ? active : high) - low;
    if (active <= 0) break;
    N(gemm_packed)(level, active, 3 * h, h, state, h, packed, bias, 0, work, 3 * h);
    long next = t + 1 < steps->count ? steps->begin[t + 2] - steps->begin[t + 1] - low : 0;
    const int32_t *nextRows = steps->rows + steps->begin[t + 1] + low;
    for (long s = 0; s < active; s++) {
      const long frame = rows[s];
      if (s < next) N(prefetch)(gates + nextRows[s] * 4 * h, 3 * h);
      N(gru_cell)(h, work + s * 3 * h, gates + frame * 4 * h,
                  previous ? previous + frame * h : previous, state + s * h, out + frame * ldo);
    }
  }
}

/// The backward of one frame: r, z, n, h_n in `gates` become the gradients of x_r, x_z, x_n and
/// h_n; `recurrent` [3h] receives those of h_r, h_z, h_n; `carry`, the gradient of the state after
/// the frame without the output's share, becomes the direct part of that before it.
INLINE void N(gru_cell_backward)(long h, S *gates, const S *previous, const S *dout, S *carry,
                                 S *recurrent) {
  EACH(h, {
    V r = GET(gates), z = GET(gates + h), n = GET(gates + 2 * h), hn = GET(gates + 3 * h);
    V after = GET(carry) + GET(dout);
    V dz = after * (GET(previous) - n) * (z * ((S)1 - z));
    V dn = after * ((S)1 - z) * ((S)1 - n * n);
    V dhn = dn * r;
    V dr = dn * hn * (r * ((S)1 - r));
    PUT(gates, dr);
    PUT(gates + h, dz);
    PUT(gates + 2 * h, dn);
    PUT(gates + 3 * h, dhn);
    PUT(recurrent, dr);
    PUT(recurrent + h, dz);
    PUT(recurrent + 2 * h, dhn);
    PUT(carry, after * z);
  });
}

/// The backward of `gru_forward`, from the last step to the first.
///
/// packed: U, 3h × h, by `pack`. carry [(high − low), h]: 0, or the gradient of the last states;
/// ends as the gradient of the initial ones. work [(high − low), 3h].
static void N(gru_backward)(int level, const ck_steps *steps, long low, long high, long h,
                            const S *packed, S *gates, const S *previous, const S *dout, long ldo,
                            S *carry, S *work) {
  for (long t = steps->count - 1; t >= 0; t--) {
    const int32_t *rows = steps->rows + steps->begin[t] + low;
    long active = steps->begin[t + 1] - steps->begin[t];
    active = (active < high ? active : high) - low;
    if (active <= 0) continue;
    const int32_t *nextRows = steps->rows + (t > 0 ? steps->begin[t - 1] : 0) + low;
    for (long s = 0; s < active; s++) {
      const long frame = rows[s];
      if (t > 0) {
        const long next = nextRows[s];
        N(prefetch)(gates + next * 4 * h, 4 * h);
        N(prefetch)(previous + next * h, h);
        N(prefetch)(dout + next * ldo, h);
      }
      N(gru_cell_backward)(h, gates + frame * 4 * h, previous + frame * h, dout + frame * ldo,
                           carry + s * h, work + s * 3 * h);
    }
    N(gemm_packed)(level, active, h, 3 * h, work, 3 * h, packed, 0, 1, carry, h);
  }
}
