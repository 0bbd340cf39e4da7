// The kernels in plain C with 16-byte vectors: every processor, no fused multiply-add.
#include "table.h"
#include <string.h>

#pragma STDC FP_CONTRACT OFF
#define CK_LEVEL portable
#define CK_BYTES 16
#define CK_TILE_ROWS 4
#include "template/level.h"
