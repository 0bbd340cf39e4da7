import Testing
import ToolSupport

@Suite struct ByteCountTests {
  @Test(arguments: [
    ("800M", 800 << 20), ("1.5G", 3 << 29), ("2g", 2 << 30), ("1T", 1 << 40),
    ("1073741824", 1 << 30), ("32768K", 32 << 20), ("64MiB", 64 << 20), ("64MB", 64 << 20),
    ("16M", 16 << 20),
  ]) func sizesAreRead(text: String, bytes: Int) {
    #expect(ByteCount.parse(text) == bytes)
  }

  @Test(arguments: [
    "", "M", "B", "iB", "1X", "-1G", "1e9", "0x10000000", "nan", "inf", "1 G", "15M", "1000",
    "1.2.3G", "999999999999T", "١G",
  ]) func othersAreNot(text: String) {
    #expect(ByteCount.parse(text) == nil)
  }

  @Test func theMachineHasMemory() {
    #expect(MachineMemory.byteCount > 64 << 20)
  }
}
