/* Mutations of ZIP archives whose checksums and sizes are put right again, so that what lies behind
   the comparison with them is reached. Other inputs are changed as libFuzzer does. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

size_t LLVMFuzzerMutate(uint8_t *bytes, size_t count, size_t most);

static uint32_t number(const uint8_t *at, int width) {
  uint32_t value = 0;
  for (int index = width - 1; index >= 0; index--) value = value << 8 | at[index];
  return value;
}

static void put(uint8_t *at, uint32_t value) {
  for (int index = 0; index < 4; index++) at[index] = (uint8_t)(value >> 8 * index);
}

/* Writes the checksum and the size of the member at `entry` of the directory. */
static void repair_entry(uint8_t *archive, size_t count, uint8_t *entry) {
  static uint8_t content[1 << 16];
  uint64_t local = number(entry + 42, 4), packed = number(entry + 20, 4);
  if (local + 30 > count) return;
  uint64_t start = local + 30 + number(archive + local + 26, 2) + number(archive + local + 28, 2);
  if (start + packed > count) return;
  const uint8_t *data = archive + start;
  uint64_t size = packed;
  if (number(entry + 10, 2) == 8) {
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return;
    stream.next_in = (uint8_t *)data;
    stream.avail_in = (uInt)packed;
    stream.next_out = content;
    stream.avail_out = sizeof content;
    int status = inflate(&stream, Z_FINISH);
    size = stream.total_out;
    inflateEnd(&stream);
    if (status != Z_STREAM_END) return;
    data = content;
  }
  put(entry + 16, (uint32_t)crc32(0, data, (uInt)size));
  put(entry + 24, (uint32_t)size);
}

/* Follows the directory of the archive that `bytes` may be. */
static void repair(uint8_t *bytes, size_t count) {
  if (count < 22) return;
  size_t end = count - 22;
  while (end > 0 && memcmp(bytes + end, "PK\5\6", 4) != 0) end--;
  if (memcmp(bytes + end, "PK\5\6", 4) != 0) return;
  size_t entry = number(bytes + end + 16, 4);
  for (int left = 64; left > 0; left--) {
    if (entry + 46 > count || memcmp(bytes + entry, "PK\1\2", 4) != 0) return;
    repair_entry(bytes, count, bytes + entry);
    entry += 46 + number(bytes + entry + 28, 2) + number(bytes + entry + 30, 2) +
             number(bytes + entry + 32, 2);
  }
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t count, size_t most, unsigned seed) {
  static int has_archives = -1;
  if (has_archives < 0) {
    const char *name = getenv("CMKT_FUZZ_TARGET");
    has_archives = name && (!strcmp(name, "zip") || !strcmp(name, "npz") ||
                            !strcmp(name, "portable") || !strcmp(name, "import"));
  }
  count = LLVMFuzzerMutate(bytes, count, most);
  if (!has_archives || seed % 4 == 0) return count;
  /* In front of an archive a byte may stand that says what follows. */
  size_t skipped = count > 0 && bytes[0] != 'P' ? 1 : 0;
  repair(bytes + skipped, count - skipped);
  return count;
}
