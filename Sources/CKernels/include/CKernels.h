// The numerical kernels of the engine: no allocation, no mutable global, no input or output.
//
// Each kernel exists for `float` (suffix f32) and `double` (f64), and in one instance for each
// level; the first argument chooses the level. Matrices are row-major with a row stride (`ld…`),
// in elements. An output element is computed in an order that depends neither on its place nor on
// the other elements, so a caller may split the work over outputs in any way.
#ifndef CKERNELS_H
#define CKERNELS_H

#include "kernel_list.h"

#include <stdint.h>

#pragma clang assume_nonnull begin

/// Levels of kernels; the order is that of speed.
enum { CK_PORTABLE = 0, CK_V3 = 1, CK_V4 = 2 };

/// The fastest level that this processor runs.
int ck_best_level(void);

/// Recurrent steps over a batch of sequences of different lengths, longest first: step `t` works
/// on the frames `rows[begin[t]] ..< rows[begin[t + 1]]`, one for each sequence that has it.
typedef struct {
  long count;
  const int32_t *begin;
  const int32_t *rows;
} ck_steps;

/// One head over one sequence of `t` frames: the queries `low ..< high` see the keys at most `span`
/// frames away. `d`: width of the head; `ldx`, `ldy`: row strides of its inputs and of its output.
typedef struct {
  long t, low, high, span, d, ldx, ldy;
} ck_attention;

#define CK_DECLARE_F32(name, parameters, arguments) void ck_##name##_f32 parameters;
#define CK_DECLARE_F64(name, parameters, arguments) void ck_##name##_f64 parameters;
CK_KERNELS(CK_DECLARE_F32, float)
CK_KERNELS(CK_DECLARE_F64, double)
#undef CK_DECLARE_F32
#undef CK_DECLARE_F64

/// Elements of scratch that `gemm` wants, for either scalar.
long ck_gemm_scratch(void);
/// Elements of a packed `k` by `n` operand, at any level and for either scalar.
long ck_packed_count(long n, long k);
/// Elements of scratch that the attention kernels want for `t` frames and a head of width `d`.
long ck_attention_scratch(long t, long d);

#pragma clang assume_nonnull end
#endif
