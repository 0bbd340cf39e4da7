// From (kernel, level) to the instance; and which levels this processor has.
#include "table.h"

int ck_best_level(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return CK_V4;
  if (__builtin_cpu_supports("x86-64-v3")) return CK_V3;
#endif
  return CK_PORTABLE;
}

static const struct ck_table_f32 *table_f32(int level) {
#if defined(__x86_64__)
  if (level == CK_V4) return &ck_table_f32_v4;
  if (level == CK_V3) return &ck_table_f32_v3;
#endif
  (void)level;
  return &ck_table_f32_portable;
}

static const struct ck_table_f64 *table_f64(int level) {
#if defined(__x86_64__)
  if (level == CK_V4) return &ck_table_f64_v4;
  if (level == CK_V3) return &ck_table_f64_v3;
#endif
  (void)level;
  return &ck_table_f64_portable;
}

#define CK_STRIP(...) level, __VA_ARGS__
#define CK_DISPATCH_F32(name, parameters, arguments)                                              \
  void ck_##name##_f32 parameters { table_f32(level)->name(CK_STRIP arguments); }
#define CK_DISPATCH_F64(name, parameters, arguments)                                              \
  void ck_##name##_f64 parameters { table_f64(level)->name(CK_STRIP arguments); }
CK_KERNELS(CK_DISPATCH_F32, float)
CK_KERNELS(CK_DISPATCH_F64, double)

long ck_gemm_scratch(void) { return (512 + 64) * 192 + (240 + 8) * 192; }

long ck_packed_count(long n, long k) { return (n + 63) / 64 * 64 * k; }

long ck_attention_scratch(long t, long d) {
  const long keys = (t + 255) / 256 * 256, columns = (d + 63) / 64 * 64;
  return 2 * 64 * 256 + 2 * 64 * columns + 2 * keys * d + keys * columns;
}
