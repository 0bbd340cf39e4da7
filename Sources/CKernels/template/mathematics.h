// exp, tanh and the logistic function on vectors, accurate to a few units in the last place.
// NaN stays NaN; arguments of exp saturate where the result would leave the normal range.

/// Every lane x; subtracting 0, unlike adding it, keeps −0 and costs nothing.
#define SPLAT(x) ((S)(x) - (V){0})
#define SELECT(mask, a, b) ((V)(((mask) & (VI)(a)) | (~(mask) & (VI)(b))))

/// exp(x): x = k ln 2 + r with |r| ≤ ln 2 / 2, a polynomial for exp(r), then k into the exponent.
INLINE V N(vexp)(V x) {
#ifdef CK_DOUBLE
  const S limit = 708.0, magic = 0x1.8p52, high = 6.93145751953125E-1;
  const S low = 1.42860682030941723212E-6;
#else
  const S limit = 87.0f, magic = 0x1.8p23f, high = 0.693359375f, low = -2.12194440E-4f;
#endif
  x = SELECT(x > SPLAT(limit), SPLAT(limit), x);
  x = SELECT(x < SPLAT(-limit), SPLAT(-limit), x);
  V shifted = x * (S)1.4426950408889634 + magic;
  V k = shifted - magic;
  V r = x - k * high;
  r = r - k * low;
#ifdef CK_DOUBLE
  // Taylor to r^13: the remainder is below 4e-18.
  V p = SPLAT(1.0 / 6227020800.0);
  p = p * r + 1.0 / 479001600.0;
  p = p * r + 1.0 / 39916800.0;
  p = p * r + 1.0 / 3628800.0;
  p = p * r + 1.0 / 362880.0;
  p = p * r + 1.0 / 40320.0;
  p = p * r + 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
#else
  // Minimax on |r| ≤ ln 2 / 2, from the Cephes library.
  V p = SPLAT(1.9875691500E-4f);
  p = p * r + 1.3981999507E-3f;
  p = p * r + 8.3334519073E-3f;
  p = p * r + 4.1665795894E-2f;
  p = p * r + 1.6666665459E-1f;
  p = p * r + 5.0000001201E-1f;
#endif
  V e = (p * r) * r + r + (S)1;
  VI power = (((VI)shifted - (VI)SPLAT(magic)) + BIAS) << MANTISSA;
  return e * (V)power;
}

/// 1 / (1 + exp(−x)).
INLINE V N(vsigmoid)(V x) { return (S)1 / ((S)1 + N(vexp)(-x)); }

/// tanh(x): an odd rational or polynomial near 0, else 1 − 2 / (exp(2|x|) + 1) with the sign of x.
INLINE V N(vtanh)(V x) {
  VI sign = (VI)x & (VI)SPLAT(-0.0);
  V size = (V)((VI)x ^ sign);
  V far = (S)1 - (S)2 / (N(vexp)(size + size) + (S)1);
  far = (V)((VI)far | sign);
  V z = x * x;
#ifdef CK_DOUBLE
  V top = (z * -9.64399179425052238628E-1 - 9.92877231001918586564E1) * z - 1.61468768441708447952E3;
  V bottom = ((z + 1.12811678491632931402E2) * z + 2.23548839060100448583E3) * z
             + 4.84406305325125486048E3;
  V near = x * (z * (top / bottom)) + x;
#else
  V p = z * -5.70498872745E-3f + 2.06390887954E-2f;
  p = p * z - 5.37397155531E-2f;
  p = p * z + 1.33314422036E-1f;
  p = p * z - 3.33332819422E-1f;
  V near = (p * z) * x + x;
#endif
  return SELECT(size < SPLAT(0.625), near, far);
}

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

/// Loads and stores of the last, incomplete vector of `count` elements.
INLINE V N(load_part)(const S *x, long count) {
  V v = {0};
  memcpy(&v, x, (size_t)count * sizeof(S));
  return v;
}
INLINE void N(store_part)(S *x, V v, long count) { memcpy(x, &v, (size_t)count * sizeof(S)); }

#ifndef EACH
#define LOAD(x) (*(const V *)(x))
#define STORE(x, v) (*(V *)(x) = (v))

/// Runs the body for the elements 0 ..< n, a vector at a time, then for the rest; in it, GET and
/// PUT access the elements that belong to the vector of the array that starts at x.
#define EACH(n, ...)                                                                              \
  do {                                                                                            \
    long i_ = 0;                                                                                  \
    for (; i_ + LANES <= (n); i_ += LANES) {                                                      \
      const long part_ = LANES;                                                                   \
      __VA_ARGS__                                                                                 \
    }                                                                                             \
    if (i_ < (n)) {                                                                               \
      const long part_ = (n) - i_;                                                                \
      __VA_ARGS__                                                                                 \
    }                                                                                             \
  } while (0)
#define GET(x) (part_ == LANES ? LOAD((x) + i_) : N(load_part)((x) + i_, part_))
#define PUT(x, v)                                                                                 \
  do {                                                                                            \
    V value_ = (v);                                                                               \
    if (part_ == LANES)                                                                           \
      STORE((x) + i_, value_);                                                                    \
    else                                                                                          \
      N(store_part)((x) + i_, value_, part_);                                                     \
  } while (0)
/// Adds to the elements if `accumulate`, else overwrites them.
#define MERGE(x, v)                                                                               \
  do {                                                                                            \
    V merged_ = (v);                                                                              \
    if (accumulate) merged_ = GET(x) + merged_;                                                   \
    PUT(x, merged_);                                                                              \
  } while (0)
#endif
