// Both scalars at one level: CK_LEVEL, CK_BYTES (of a vector) and CK_TILE_ROWS are set.
#define CK_JOIN_(a, b, c) a##b##c
#define CK_JOIN(a, b, c) CK_JOIN_(a, b, c)
#define INLINE static inline __attribute__((always_inline))

#define S float
#define I int32_t
#define CK_SUFFIX f32
#define MANTISSA 23
#define BIAS 127
#include "scalar.h"
#undef S
#undef I
#undef CK_SUFFIX
#undef MANTISSA
#undef BIAS

#define S double
#define I int64_t
#define CK_SUFFIX f64
#define CK_DOUBLE 1
#define MANTISSA 52
#define BIAS 1023
#include "scalar.h"
