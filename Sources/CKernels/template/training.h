// The losses over whole matrices, and the optimiser's update.

/// Σ_r weights[r] Σ_j |p − t| (`absolute`) or (p − t)², in double; each row in 8 partial sums.
static void N(difference_loss)(int level, int absolute, long rows, long columns,
                               const S *prediction, const S *target, const S *weights,
                               double *sum) {
  (void)level;
  double total = 0;
  for (long r = 0; r < rows; r++, prediction += columns, target += columns) {
    if (weights && weights[r] == 0) continue;
    double partial[8] = {0};
    long j = 0;
    for (; j + 8 <= columns; j += 8)
      for (long i = 0; i < 8; i++) {
        const double d = (double)(prediction[j + i] - target[j + i]);
        partial[i] += absolute ? __builtin_fabs(d) : d * d;
      }
    for (; j < columns; j++) {
      const double d = (double)(prediction[j] - target[j]);
      partial[0] += absolute ? __builtin_fabs(d) : d * d;
    }
    double row = 0;
    for (long i = 0; i < 8; i++) row += partial[i];
    total += weights ? row * (double)weights[r] : row;
  }
  *sum = total;
}

/// gradient += factor · weights[r] · sign(p − t) (`absolute`) or · 2 (p − t).
static void N(difference_loss_backward)(int level, int absolute, long rows, long columns,
                                        const S *prediction, const S *target, const S *weights,
                                        S factor, S *gradient) {
  (void)level;
  for (long r = 0; r < rows;
       r++, prediction += columns, target += columns, gradient += columns) {
    if (weights && weights[r] == 0) continue;
    const S scale = weights ? factor * weights[r] : factor;
    if (absolute)
      for (long j = 0; j < columns; j++) {
        const S d = prediction[j] - target[j];
        gradient[j] += d > 0 ? scale : d < 0 ? -scale : (S)0;
      }
    else
      EACH(columns,
           { PUT(gradient, (GET(prediction) - GET(target)) * ((S)2 * scale) + GET(gradient)); });
  }
}

INLINE V N(vsqrt)(V x) {
#if __has_builtin(__builtin_elementwise_sqrt)
  return __builtin_elementwise_sqrt(x);
#else
  for (long i = 0; i < LANES; i++) x[i] = (S)__builtin_sqrt((double)x[i]);
  return x;
#endif
}

/// Adam with decoupled weight decay:
///
///     m ← β₁ m + (1 − β₁) g     v ← β₂ v + (1 − β₂) g²     g = gradient_factor · gradient
///     w ← w − rate · decay · w − rate · (m / correction1) / (√(v / correction2) + ε)
static void N(adam)(int level, long n, const S *gradient, S gradient_factor, S rate, S decay,
                    S beta1, S beta2, S correction1, S correction2, S epsilon, S *value, S *first,
                    S *second) {
  (void)level;
  EACH(n, {
    V g = GET(gradient) * gradient_factor, w = GET(value);
    V m = GET(first) * beta1 + g * ((S)1 - beta1);
    V v = GET(second) * beta2 + g * g * ((S)1 - beta2);
    V step = (m / correction1) / (N(vsqrt)(v / correction2) + epsilon);
    PUT(first, m);
    PUT(second, v);
    PUT(value, w - (w * (rate * decay) + step * rate));
  });
}
