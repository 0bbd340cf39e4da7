// Element by element: functions, their gradients, sums, dropout, conversions.
#define ELEMENTWISE(name, expression)                                                             \
  static void N(name)(int level, long n, const S *x, S *y) {                                      \
    (void)level;                                                                                  \
    EACH(n, {                                                                                     \
      V v = GET(x);                                                                               \
      PUT(y, expression);                                                                         \
    });                                                                                           \
  }
ELEMENTWISE(exp, N(vexp)(v))
ELEMENTWISE(tanh, N(vtanh)(v))
ELEMENTWISE(sigmoid, N(vsigmoid)(v))
/// max(x, 0); NaN stays NaN.
ELEMENTWISE(relu, SELECT(v <= SPLAT(0), SPLAT(0), v))
#undef ELEMENTWISE

/// dx (+)= dy · f′, with f′ from the output y.
#define BACKWARD(name, slope)                                                                     \
  static void N(name)(int level, long n, const S *y, const S *dy, int accumulate, S *dx) {        \
    (void)level;                                                                                  \
    EACH(n, {                                                                                     \
      V v = GET(y), d = GET(dy);                                                                  \
      MERGE(dx, slope);                                                                           \
    });                                                                                           \
  }
BACKWARD(tanh_backward, d * ((S)1 - v * v))
BACKWARD(sigmoid_backward, d * (v * ((S)1 - v)))
BACKWARD(relu_backward, SELECT(v > SPLAT(0), d, SPLAT(0)))
#undef BACKWARD

/// y (+)= factor · x.
static void N(scale)(int level, long n, S factor, const S *x, int accumulate, S *y) {
  (void)level;
  EACH(n, { MERGE(y, GET(x) * factor); });
}

/// z = x + y.
static void N(add)(int level, long n, const S *x, const S *y, S *z) {
  (void)level;
  EACH(n, { PUT(z, GET(x) + GET(y)); });
}

#ifndef CK_MIX
#define CK_MIX
/// A bijection of 32 bits that spreads every bit (the finaliser of MurmurHash3).
INLINE uint32_t ck_mix(uint32_t x) {
  x ^= x >> 16;
  x *= 0x85ebca6bu;
  x ^= x >> 13;
  x *= 0xc2b2ae35u;
  return x ^ (x >> 16);
}
#endif

/// y (+)= factor · x where the hash of (key, first + i) is at least `threshold`, else 0; the same
/// call on a gradient is the backward.
static void N(dropout)(int level, long n, uint64_t key, uint32_t first, uint32_t threshold,
                       S factor, const S *x, int accumulate, S *y) {
  (void)level;
  const uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32);
  if (accumulate) {
    for (long i = 0; i < n; i++) {
      uint32_t bits = ck_mix(ck_mix((first + (uint32_t)i) ^ low) + high);
      y[i] = y[i] + (bits >= threshold ? x[i] * factor : (S)0);
    }
  } else {
    for (long i = 0; i < n; i++) {
      uint32_t bits = ck_mix(ck_mix((first + (uint32_t)i) ^ low) + high);
      y[i] = bits >= threshold ? x[i] * factor : (S)0;
    }
  }
}

/// y = x + dropout(f), dropout as above.
static void N(add_dropout)(int level, long n, uint64_t key, uint32_t first, uint32_t threshold,
                           S factor, const S *x, const S *f, S *y) {
  (void)level;
  const uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32);
  for (long i = 0; i < n; i++) {
    uint32_t bits = ck_mix(ck_mix((first + (uint32_t)i) ^ low) + high);
    y[i] = x[i] + (bits >= threshold ? f[i] * factor : (S)0);
  }
}

/// x ← max(x, 0), then dropout as above; NaN stays NaN.
static void N(relu_dropout)(int level, long n, uint64_t key, uint32_t first, uint32_t threshold,
                            S factor, S *x) {
  (void)level;
  const uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32);
  for (long i = 0; i < n; i++) {
    uint32_t bits = ck_mix(ck_mix((first + (uint32_t)i) ^ low) + high);
    S kept = x[i] <= 0 ? (S)0 : x[i] * factor;
    x[i] = bits >= threshold ? kept : (S)0;
  }
}

/// dy ← dy · factor where y > 0, else 0: the backward of `relu_dropout`, from its output alone.
static void N(relu_dropout_backward)(int level, long n, S factor, const S *y, S *dy) {
  (void)level;
  EACH(n, { PUT(dy, SELECT(GET(y) > SPLAT(0), GET(dy) * factor, SPLAT(0))); });
}

/// y [rows, columns] (+)= x, each with its row stride.
static void N(copy_columns)(int level, long rows, long columns, const S *x, long ldx,
                            int accumulate, S *y, long ldy) {
  (void)level;
  for (long r = 0; r < rows; r++, x += ldx, y += ldy) {
    if (accumulate)
      EACH(columns, { PUT(y, GET(y) + GET(x)); });
    else
      memcpy(y, x, (size_t)columns * sizeof(S));
  }
}

/// The sum of squares, in double, in ascending order within 8 interleaved partial sums.
static void N(sum_squares)(int level, long n, const S *x, double *sum) {
  (void)level;
  double partial[8] = {0};
  long i = 0;
  for (; i + 8 <= n; i += 8)
    for (long j = 0; j < 8; j++) partial[j] += (double)x[i + j] * (double)x[i + j];
  for (; i < n; i++) partial[0] += (double)x[i] * (double)x[i];
  double total = 0;
  for (long j = 0; j < 8; j++) total += partial[j];
  *sum = total;
}

static void N(to_double)(int level, long n, const S *x, double *y) {
  (void)level;
  for (long i = 0; i < n; i++) y[i] = (double)x[i];
}

/// y (+)= x, rounded to the scalar.
static void N(from_double)(int level, long n, const double *x, int accumulate, S *y) {
  (void)level;
  if (accumulate)
    for (long i = 0; i < n; i++) y[i] += (S)x[i];
  else
    for (long i = 0; i < n; i++) y[i] = (S)x[i];
}
