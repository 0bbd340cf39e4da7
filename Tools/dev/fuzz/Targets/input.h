/* The input that is being tried, so that Swift needs no pointers to look at it. */
#ifndef CMKT_FUZZ_INPUT_H
#define CMKT_FUZZ_INPUT_H
#include <stddef.h>
#include <stdint.h>

extern const uint8_t *fuzz_bytes;

/* Byte `index` of the input; there must be one. */
static inline uint8_t fuzz_byte(long index) { return fuzz_bytes[index]; }

/* The descriptor of a file in memory with all of the input but its first `skipped` bytes. */
int fuzz_file(long skipped);

/* Writes `text` and a line end to stderr. */
void fuzz_say(const char *text);

#endif
