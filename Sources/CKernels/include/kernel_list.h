// The kernels: X(name, parameters, arguments) for scalar S. The first parameter is the level.
// What each computes stands at its definition in template/.
#define CK_KERNELS(X, S)                                                                          \
  X(gemm,                                                                                         \
    (int level, int transposeA, int transposeB, long m, long n, long k, const S *a, long lda,     \
     const S *b, long ldb, const S *_Nullable bias, int accumulate, S *c, long ldc, S *scratch),  \
    (transposeA, transposeB, m, n, k, a, lda, b, ldb, bias, accumulate, c, ldc, scratch))         \
  X(pack, (int level, int transposeB, long n, long k, const S *b, long ldb, S *packed),           \
    (transposeB, n, k, b, ldb, packed))                                                           \
  X(gemm_packed,                                                                                  \
    (int level, long m, long n, long k, const S *a, long lda, const S *packed,                    \
     const S *_Nullable bias, int accumulate, S *c, long ldc),                                    \
    (m, n, k, a, lda, packed, bias, accumulate, c, ldc))                                          \
  X(gru_forward,                                                                                  \
    (int level, const ck_steps *steps, long low, long high, long h, const S *packed,              \
     const S *bias, S *gates, S *_Nullable previous, S *out, long ldo, S *state, S *work),        \
    (steps, low, high, h, packed, bias, gates, previous, out, ldo, state, work))                  \
  X(gru_backward,                                                                                 \
    (int level, const ck_steps *steps, long low, long high, long h, const S *packed, S *gates,    \
     const S *previous, const S *dout, long ldo, S *carry, S *work),                              \
    (steps, low, high, h, packed, gates, previous, dout, ldo, carry, work))                       \
  X(attention_forward,                                                                            \
    (int level, const ck_attention *part, S factor, const S *q, const S *k, const S *v, S *y,     \
     S *state, S *scratch),                                                                       \
    (part, factor, q, k, v, y, state, scratch))                                                   \
  X(attention_backward,                                                                           \
    (int level, const ck_attention *part, S factor, const S *q, const S *k, const S *v,           \
     const S *y, const S *dy, const S *state, int accumulate, S *dq, S *dk, S *dv,                \
     S *scratch),                                                                                 \
    (part, factor, q, k, v, y, dy, state, accumulate, dq, dk, dv, scratch))                       \
  X(exp, (int level, long n, const S *x, S *y), (n, x, y))                                        \
  X(tanh, (int level, long n, const S *x, S *y), (n, x, y))                                       \
  X(sigmoid, (int level, long n, const S *x, S *y), (n, x, y))                                    \
  X(relu, (int level, long n, const S *x, S *y), (n, x, y))                                       \
  X(tanh_backward, (int level, long n, const S *y, const S *dy, int accumulate, S *dx),           \
    (n, y, dy, accumulate, dx))                                                                   \
  X(sigmoid_backward, (int level, long n, const S *y, const S *dy, int accumulate, S *dx),        \
    (n, y, dy, accumulate, dx))                                                                   \
  X(relu_backward, (int level, long n, const S *y, const S *dy, int accumulate, S *dx),           \
    (n, y, dy, accumulate, dx))                                                                   \
  X(scale, (int level, long n, S factor, const S *x, int accumulate, S *y),                       \
    (n, factor, x, accumulate, y))                                                                \
  X(add, (int level, long n, const S *x, const S *y, S *z), (n, x, y, z))                         \
  X(dropout,                                                                                      \
    (int level, long n, uint64_t key, uint32_t first, uint32_t threshold, S factor, const S *x,   \
     int accumulate, S *y),                                                                       \
    (n, key, first, threshold, factor, x, accumulate, y))                                         \
  X(add_dropout,                                                                                  \
    (int level, long n, uint64_t key, uint32_t first, uint32_t threshold, S factor, const S *x,   \
     const S *f, S *y),                                                                           \
    (n, key, first, threshold, factor, x, f, y))                                                  \
  X(relu_dropout,                                                                                 \
    (int level, long n, uint64_t key, uint32_t first, uint32_t threshold, S factor, S *x),        \
    (n, key, first, threshold, factor, x))                                                        \
  X(relu_dropout_backward, (int level, long n, S factor, const S *y, S *dy), (n, factor, y, dy))  \
  X(copy_columns,                                                                                 \
    (int level, long rows, long columns, const S *x, long ldx, int accumulate, S *y, long ldy),   \
    (rows, columns, x, ldx, accumulate, y, ldy))                                                  \
  X(gather_rows,                                                                                  \
    (int level, long count, long columns, const int32_t *rows, const S *x, S *y),                 \
    (count, columns, rows, x, y))                                                                 \
  X(scatter_rows,                                                                                 \
    (int level, long count, long columns, const int32_t *rows, const S *x, S *y),                 \
    (count, columns, rows, x, y))                                                                 \
  X(pool_rows,                                                                                    \
    (int level, long count, long columns, const int32_t *begin, const int32_t *end,               \
     const S *weights, const S *x, S *y),                                                         \
    (count, columns, begin, end, weights, x, y))                                                  \
  X(pool_rows_backward,                                                                           \
    (int level, long count, long columns, const int32_t *begin, const int32_t *end,               \
     const S *weights, const S *dy, S *dx),                                                       \
    (count, columns, begin, end, weights, dy, dx))                                                \
  X(column_sum, (int level, long rows, long columns, const S *x, long ldx, S *y),                 \
    (rows, columns, x, ldx, y))                                                                   \
  X(centre_rows,                                                                                  \
    (int level, long rows, long columns, const S *mean, const S *_Nullable weights, S *x),        \
    (rows, columns, mean, weights, x))                                                            \
  X(sum_squares, (int level, long n, const S *x, double *sum), (n, x, sum))                       \
  X(to_double, (int level, long n, const S *x, double *y), (n, x, y))                             \
  X(from_double, (int level, long n, const double *x, int accumulate, S *y),                      \
    (n, x, accumulate, y))                                                                        \
  X(layer_norm,                                                                                   \
    (int level, long rows, long columns, S epsilon, const S *x, const S *gain, const S *bias,     \
     S *normalised, S *inverse, S *y),                                                            \
    (rows, columns, epsilon, x, gain, bias, normalised, inverse, y))                              \
  X(layer_norm_backward,                                                                          \
    (int level, long rows, long columns, const S *normalised, const S *inverse, const S *gain,    \
     const S *dy, int accumulate, S *dx),                                                         \
    (rows, columns, normalised, inverse, gain, dy, accumulate, dx))                               \
  X(column_product_sum,                                                                           \
    (int level, long rows, long columns, const S *x, const S *y, long ld, S *z),                  \
    (rows, columns, x, y, ld, z))                                                                 \
  X(difference_loss,                                                                              \
    (int level, int absolute, long rows, long columns, const S *prediction, const S *target,      \
     const S *_Nullable weights, double *sum),                                                    \
    (absolute, rows, columns, prediction, target, weights, sum))                                  \
  X(difference_loss_backward,                                                                     \
    (int level, int absolute, long rows, long columns, const S *prediction, const S *target,      \
     const S *_Nullable weights, S factor, S *gradient),                                          \
    (absolute, rows, columns, prediction, target, weights, factor, gradient))                     \
  X(adam,                                                                                         \
    (int level, long n, const S *gradient, S gradient_factor, S rate, S decay, S beta1, S beta2,  \
     S correction1, S correction2, S epsilon, S *value, S *first, S *second),                     \
    (n, gradient, gradient_factor, rate, decay, beta1, beta2, correction1, correction2, epsilon,  \
     value, first, second))
