// The kernels for x86-64-v3, with 32-byte vectors.
#include "table.h"
#include <string.h>

#if defined(__x86_64__)
#define CK_LEVEL v3
#define CK_BYTES 32
#define CK_TILE_ROWS 6
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"), min_vector_width(256))), \
                             apply_to = function)
#include "template/level.h"
#pragma clang attribute pop
#endif
