import HDF5

/// How much memory the rows of modalities may take.
package struct RowMemory: Sendable, Equatable {
  package let byteCount: Int

  package init(byteCount: Int) {
    self.byteCount = byteCount
  }

  /// Whether the modalities `names` of a file of sound structure have more bytes than that.
  func isExceeded(by names: [String], of content: FileContent) -> Bool {
    names.reduce(0) { $0 + content.rowByteCount("/modalities/\($1)") } > byteCount
  }

  /// Whether the modality at `path` has more bytes than that.
  func isExceeded(by path: String, of content: FileContent) -> Bool {
    content.rowByteCount(path) > byteCount
  }
}

extension FileContent {
  /// The bytes of the rows of the modality at `path`; at most 2⁵⁰, so that sums do not overflow.
  fileprivate func rowByteCount(_ path: String) -> Int {
    ["values", "valid"].reduce(0) { sum, part in
      let info = inventory.object(at: "\(path)/\(part)")?.info
      let size = (info?.shape ?? []).reduce(Double(info?.type?.byteCount ?? 1)) {
        $0 * Double($1)
      }
      return sum + Int(min(size, 0x1p50))
    }
  }
}
