// The compression function of SHA-256 in the instructions that some processors have for it.
#ifndef CSHA256_H
#define CSHA256_H

#include <stdint.h>

#pragma clang assume_nonnull begin

/// Whether this processor has the instructions; where not, `csha256_compress` must not be called.
int csha256_is_available(void);

/// Folds `count` blocks of 64 bytes, at any alignment, into the eight chaining words.
void csha256_compress(uint32_t *state, const uint8_t *blocks, long count);

#pragma clang assume_nonnull end
#endif
