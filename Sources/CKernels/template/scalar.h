// All kernels for one scalar S at one level, and their table.
#define N(name) CK_JOIN(name, _, CK_SUFFIX)
#define LANES ((long)(CK_BYTES / sizeof(S)))
#define V N(vector)
#define VI N(integers)

/// A vector that may stand at any address of a scalar.
typedef S V __attribute__((vector_size(CK_BYTES), aligned(sizeof(S)), may_alias));
typedef I VI __attribute__((vector_size(CK_BYTES), aligned(sizeof(S)), may_alias));

#include "mathematics.h"
#include "product.h"
#include "recurrence.h"
#include "elements.h"
#include "rows.h"
#include "attention.h"
#include "training.h"

#define CK_ENTRY(name, parameters, arguments) .name = N(name),
const struct CK_JOIN(ck_table_, CK_SUFFIX, ) CK_JOIN(ck_table_, CK_SUFFIX, CK_JOIN(_, CK_LEVEL, )) = {
    CK_KERNELS(CK_ENTRY, S)};
#undef CK_ENTRY

#undef N
#undef LANES
#undef V
#undef VI
