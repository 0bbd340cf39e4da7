// Over rows: gathering, pooling, sums of columns, layer normalisation.

/// y [count, columns] = the rows `rows` of x.
static void N(gather_rows)(int level, long count, long columns, const int32_t *rows, const S *x,
                           S *y) {
  (void)level;
  for (long i = 0; i < count; i++)
    memcpy(y + i * columns, x + rows[i] * columns, (size_t)columns * sizeof(S));
}

/// The rows `rows` of y += the rows of x [count, columns], in ascending order.
static void N(scatter_rows)(int level, long count, long columns, const int32_t *rows, const S *x,
                            S *y) {
  (void)level;
  for (long i = 0; i < count; i++) {
    const S *from = x + i * columns;
    S *to = y + rows[i] * columns;
    EACH(columns, { PUT(to, GET(to) + GET(from)); });
  }
}

/// y [i] = Σ weights[r] x[r] over the rows begin[i] ..< end[i].
static void N(pool_rows)(int level, long count, long columns, const int32_t *begin,
                         const int32_t *end, const S *weights, const S *x, S *y) {
  (void)level;
  for (long i = 0; i < count; i++, y += columns) {
    memset(y, 0, (size_t)columns * sizeof(S));
    for (long r = begin[i]; r < end[i]; r++) {
      const S *row = x + r * columns;
      const S weight = weights[r];
      EACH(columns, { PUT(y, GET(row) * weight + GET(y)); });
    }
  }
}

/// dx[r] += weights[r] dy[i] for the rows r of range i.
static void N(pool_rows_backward)(int level, long count, long columns, const int32_t *begin,
                                  const int32_t *end, const S *weights, const S *dy, S *dx) {
  (void)level;
  for (long i = 0; i < count; i++, dy += columns)
    for (long r = begin[i]; r < end[i]; r++) {
      S *row = dx + r * columns;
      const S weight = weights[r];
      EACH(columns, { PUT(row, GET(dy) * weight + GET(row)); });
    }
}

/// y [columns] += the sum of the rows of x, in ascending order.
static void N(column_sum)(int level, long rows, long columns, const S *x, long ldx, S *y) {
  (void)level;
  // Four vectors of columns at a time stay in registers over all rows.
  long j = 0;
  for (; j + 4 * LANES <= columns; j += 4 * LANES) {
    V a = {0}, b = {0}, c = {0}, d = {0};
    const S *from = x + j;
    for (long r = 0; r < rows; r++, from += ldx) {
      a += LOAD(from);
      b += LOAD(from + LANES);
      c += LOAD(from + 2 * LANES);
      d += LOAD(from + 3 * LANES);
    }
    STORE(y + j, LOAD(y + j) + a);
    STORE(y + j + LANES, LOAD(y + j + LANES) + b);
    STORE(y + j + 2 * LANES, LOAD(y + j + 2 * LANES) + c);
    STORE(y + j + 3 * LANES, LOAD(y + j + 3 * LANES) + d);
  }
  const S *rest = x + j;
  S *to = y + j;
  EACH(columns - j, {
    V sum = {0};
    for (long r = 0; r < rows; r++) sum += GET(rest + r * ldx);
    PUT(to, GET(to) + sum);
  });
}

/// x [rows, columns] = (x − mean) · √weights[r].
static void N(centre_rows)(int level, long rows, long columns, const S *mean, const S *weights,
                           S *x) {
  (void)level;
  for (long r = 0; r < rows; r++, x += columns) {
    const S scale = weights ? (S)__builtin_sqrt((double)weights[r]) : (S)1;
    EACH(columns, { PUT(x, (GET(x) - GET(mean)) * scale); });
  }
}

/// Layer normalisation of each row: y = gain · (x − mean) / √(variance + ε) + bias, with the
/// population variance. normalised [rows, columns] and inverse [rows] serve the backward.
static void N(layer_norm)(int level, long rows, long columns, S epsilon, const S *x, const S *gain,
                          const S *bias, S *normalised, S *inverse, S *y) {
  (void)level;
  for (long r = 0; r < rows; r++, x += columns, normalised += columns, y += columns) {
    V sum = {0}, squares = {0};
    EACH(columns, { sum += GET(x); });
    const S mean = N(lane_sum)(sum) / (S)columns;
    EACH(columns, {
      PUT(normalised, GET(x) - mean);
      // What lies beyond the row was not stored, and comes back as 0.
      V centred = GET(normalised);
      squares += centred * centred;
    });
    const double variance = (double)(N(lane_sum)(squares) / (S)columns);
    const S scale = (S)(1.0 / __builtin_sqrt(variance + (double)epsilon));
    inverse[r] = scale;
    EACH(columns, {
      V unit = GET(normalised) * scale;
      PUT(normalised, unit);
      PUT(y, unit * GET(gain) + GET(bias));
    });
  }
}

/// dx (+)= the gradient of `layer_norm` in x: (d − mean d − n · mean (d n)) · inverse, with
/// d = dy · gain and n the normalised row.
static void N(layer_norm_backward)(int level, long rows, long columns, const S *normalised,
                                   const S *inverse, const S *gain, const S *dy, int accumulate,
                                   S *dx) {
  (void)level;
  for (long r = 0; r < rows; r++, normalised += columns, dy += columns, dx += columns) {
    V sum = {0}, dot = {0};
    EACH(columns, {
      V d = GET(dy) * GET(gain);
      sum += d;
      dot += d * GET(normalised);
    });
    const S mean = N(lane_sum)(sum) / (S)columns, slope = N(lane_sum)(dot) / (S)columns;
    const S scale = inverse[r];
    EACH(columns, {
      MERGE(dx, (GET(dy) * GET(gain) - mean - GET(normalised) * slope) * scale);
    });
  }
}

/// z [columns] += the sum over rows of x · y, in ascending order.
static void N(column_product_sum)(int level, long rows, long columns, const S *x, const S *y,
                                  long ld, S *z) {
  (void)level;
  EACH(columns, {
    V sum = {0};
    for (long r = 0; r < rows; r++) sum += GET(x + r * ld) * GET(y + r * ld);
    PUT(z, GET(z) + sum);
  });
}
