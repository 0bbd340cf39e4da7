#define _GNU_SOURCE
#include "input.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

const uint8_t *fuzz_bytes;
static size_t fuzz_count;

/* In Swift. */
void fuzz_try(long count);

int fuzz_file(long skipped) {
  static int descriptor = -1;
  if (descriptor < 0) descriptor = memfd_create("input", MFD_CLOEXEC);
  size_t count = fuzz_count - (size_t)skipped;
  if (descriptor < 0 || ftruncate(descriptor, (off_t)count) != 0 ||
      pwrite(descriptor, fuzz_bytes + skipped, count, 0) != (ssize_t)count)
    abort();
  return descriptor;
}

void fuzz_say(const char *text) { fprintf(stderr, "%s\n", text); }

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
  fuzz_bytes = bytes;
  fuzz_count = count;
  fuzz_try((long)count);
  return 0;
}
