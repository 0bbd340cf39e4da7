// The kernels for x86-64-v4, with 64-byte vectors.
#include "table.h"
#include <string.h>

#if defined(__x86_64__)
#define CK_LEVEL v4
#define CK_BYTES 64
#define CK_TILE_ROWS 8
#pragma clang attribute push(__attribute__((target("arch=x86-64-v4"), min_vector_width(512))), \
                             apply_to = function)
#include "template/level.h"
#pragma clang attribute pop
#endif
