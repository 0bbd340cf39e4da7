import Codecs
import Testing

@Suite struct HostilePickleTests {
  private func failure(_ bytes: [UInt8]) -> CodecFailure? {
    #expect(throws: CodecFailure.self) { try PickleDocument(bytes: bytes) }
  }

  static let refused: [(text: String, words: [String])] = [
    ("cos\nsystem\n(S'touch x'\ntR.", ["os.system", "byte 0", "GLOBAL"]),
    ("c__builtin__\neval\n(S'1'\ntR.", ["__builtin__.eval"]),
    ("(S'touch x'\nios\nsystem\n.", ["os.system", "INST", "byte 12"]),
    ("(cposix\nsystem\nS'x'\no.", ["posix.system"]),
    ("\u{80}", []),
    ("ctorch._utils\n_rebuild_tensor_v2\n.", ["torch", "numpy()"]),
    ("cpandas.core.frame\nDataFrame\n.", ["pandas", "to_csv"]),
    ("cjoblib.numpy_pickle\nNumpyArrayWrapper\n.", ["joblib"]),
    ("Pid\n.", ["PERSID", "outside"]),
    ("c\u{1b}[2J\nx\n.", ["?[2J.x"]),
  ]

  @Test(arguments: refused) func refusedByNameAndPlace(text: String, words: [String]) throws {
    let description = try #require(failure(Array(text.utf8))?.description)
    for word in words { #expect(description.contains(word), "\(description)") }
  }

  @Test func stackGlobalIsRefusedByName() throws {
    let bytes: [UInt8] = [0x80, 4, 0x8c, 2] + Array("os".utf8) + [0x8c, 6] + Array("system".utf8)
    let description = try #require(failure(bytes + [0x93, 0x2e])?.description)
    #expect(description.contains("os.system") && description.contains("STACK_GLOBAL"))
    #expect(description.contains("byte 14"))
  }

  @Test func oneClassOfEachFailure() {
    for opcode: UInt8 in [0x82, 0x83, 0x84, 0x97, 0x98, 0x51] {
      let bytes = [0x80, 5, opcode, 0, 0, 0, 0, 0x2e]
      guard case .unsupported = failure(bytes) else {
        Issue.record("opcode \(opcode)")
        continue
      }
    }
    guard case .unsupported = failure([0x80, 6, 0x4e, 0x2e]) else {
      Issue.record("protocol 6")
      return
    }
  }

  @Test(arguments: [
    "R.", "b.", "0.", "a.", "e.", "s.", "u.", "t.", "l.", "d.", "o.", "1.", "2.", "q\u{1}.",
    "h\u{1}.", "g5\n.", "gx\n.", "g-1\n.", "p0\n.", "I\n.", "Ix\n.", "L--1L\n.", "Fx\n.", "(.",
    "(0.", "(Na.", "]Nr", "}Ns.", "N(0", "S'\n.", "S\n.", "(Nd.", "}(Nu.", "N)R.", "]NR.",
    "cnumpy\nndarray\n)R.", "cnumpy\ndtype\n)R.", "cnumpy\ndtype\n(S'f999999999'\ntR.",
    "c__builtin__\nlist\n(I1\ntR.", "c__builtin__\nbytes\n(I99999999999\ntR.", "NNb.",
    "c__builtin__\nrange\n(I0\nI1\nI0\ntR.", "c_codecs\nencode\n(S'x'\nS'rot13'\ntR.",
  ]) func brokenProgramsAreRefused(_ text: String) {
    _ = failure(Array(text.utf8))
  }

  @Test(
    arguments: [
      [0x8e], [0x8d], [0x96], [0x42], [0x54], [0x58], [0x8b],
    ] as [[UInt8]]) func lengthsThatLie(_ start: [UInt8])
  {
    for byte: UInt8 in [0x7f, 0xff, 0x01] {
      _ = failure(start + [UInt8](repeating: byte, count: 8) + Array("abc.".utf8))
    }
  }

  static let dtype = "cnumpy\ndtype\n(S'f4'\nI0\nI1\ntR"
  static let array = "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR"

  @Test(arguments: [
    "(I9223372036854775807\nt", "(I4294967296\nI4294967296\nt", "(I-1\nt", "(I2\nt", "(t",
    "(I0\nI9223372036854775807\nI4\nt", "N", "(Nt", "(F1.0\nt",
    "(" + String(repeating: "I1\n", count: 65) + "t",
  ]) func shapesThatLie(_ shape: String) {
    _ = failure(Array((Self.array + "(I1\n" + shape + Self.dtype + "I00\nS'abc'\ntb.").utf8))
  }

  @Test func sharedContainersDoNotMultiply() throws {
    // Each tuple holds the one before twice: 2^5000 leaves in 5000 tuples.
    var bytes = Array("]".utf8)
    for _ in 0..<5000 { bytes += [0x32, 0x86] }
    let document = try PickleDocument(bytes: bytes + [0x2e])
    #expect(document.content(document.root) == .tuple(count: 2))
    #expect(document.noun(document.root) == "a tuple of 2")
  }

  @Test func aListInsideItself() throws {
    let document = try PickleDocument(bytes: Array("]q\u{0}h\u{0}a.".utf8))
    #expect(document.elements(document.root) == [document.root])
  }

  /// Programs that would take a lot of memory or time: each ends within its budget.
  static let bombs: [(name: String, unit: [UInt8], start: [UInt8])] = [
    ("marks", [0x28], []),
    ("nesting", [0x85], [0x29]),
    ("lists", [0x5d], []),
    ("doubling", [0x32, 0x86], [0x5d]),
    ("steps", [0x4e, 0x30], []),
    ("memo", [0x94], [0x4e]),
    ("copies", Array("2".utf8), [0x4e]),
    (
      "globals", [0x68, 0, 0x68, 1, 0x93, 0x30],
      [0x80, 4, 0x8c, 8] + Array("builtins".utf8) + [0x94, 0x8c, 4] + Array("list".utf8) + [0x94]
    ),
  ]

  @Test(arguments: bombs) func bombsEnd(name: String, unit: [UInt8], start: [UInt8]) {
    var limits = PickleLimits()
    limits.memoryByteCount = 4 << 20
    limits.stepCount = 1_000_000
    var bytes = start
    while bytes.count < 8 << 20 { bytes += unit }
    let failure = #expect(throws: CodecFailure.self) {
      try PickleDocument(bytes: bytes, limits: limits)
    }
    guard case .tooLarge = failure else {
      Issue.record("\(name): \(String(describing: failure))")
      return
    }
  }

  @Test func wildMemoNumbersCostNoMemory() throws {
    var bytes: [UInt8] = [0x4e]
    for step: UInt8 in 0..<255 { bytes += [0x72, 0xff, step, 0xff, 0xff] }
    let document = try PickleDocument(bytes: bytes + [0x6a, 0xff, 7, 0xff, 0xff, 0x2e])
    #expect(document.content(document.root) == .none)
  }

  @Test func rangesAndCopiesAreCharged() {
    let range = "c__builtin__\nxrange\n(I0\nI9223372036854775807\nI1\ntR."
    guard case .tooLarge = failure(Array(range.utf8)) else {
      Issue.record("range")
      return
    }
    let far = "c__builtin__\nxrange\n(I0\nI9223372036854775807\nI9223372036854775806\ntR."
    #expect(throws: Never.self) { try PickleDocument(bytes: Array(far.utf8)) }
  }
}
