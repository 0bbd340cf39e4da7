// The instances of the kernels, one table for each scalar and level; constant data.
#ifndef CK_TABLE_H
#define CK_TABLE_H
#include "CKernels.h"

#pragma clang assume_nonnull begin

#define CK_FIELD(name, parameters, arguments) void (*name) parameters;
struct ck_table_f32 {
  CK_KERNELS(CK_FIELD, float)
};
struct ck_table_f64 {
  CK_KERNELS(CK_FIELD, double)
};

extern const struct ck_table_f32 ck_table_f32_portable;
extern const struct ck_table_f64 ck_table_f64_portable;
#if defined(__x86_64__)
extern const struct ck_table_f32 ck_table_f32_v3, ck_table_f32_v4;
extern const struct ck_table_f64 ck_table_f64_v3, ck_table_f64_v4;
#endif

#pragma clang assume_nonnull end
#endif
