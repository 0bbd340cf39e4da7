import CFuzzInput

/// The bytes that a target is given.
struct FuzzInput {
  let count: Int

  /// Byte `index`; 0 past the end.
  subscript(_ index: Int) -> UInt8 { index < count ? fuzz_byte(index) : 0 }

  /// All bytes but the first `skipped`.
  func bytes(from skipped: Int = 0) -> [UInt8] {
    skipped < count ? (skipped..<count).map { fuzz_byte($0) } : []
  }

  /// The same bytes as a file.
  func path(from skipped: Int = 0) -> String {
    "/proc/self/fd/\(fuzz_file(min(skipped, count)))"
  }

  /// The same bytes as text; ill-formed parts replaced.
  func text(from skipped: Int = 0) -> String {
    String(decoding: bytes(from: skipped), as: UTF8.self)
  }
}

/// Ends the process where `condition` does not hold, with `what` on stderr.
func expect(_ condition: Bool, _ what: String) {
  guard !condition else { return }
  fuzz_say(what)
  preconditionFailure(what)
}
