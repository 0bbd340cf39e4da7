import Codecs
import HDF5

/// Values of a dataset that are not in memory: little-endian, row-major.
protocol StoredBytes: Sendable {
  var byteCount: Int { get }

  /// The bytes `range`, which starts and ends between two values.
  func bytes(in range: Range<Int>) throws(ScratchFailure) -> [UInt8]
}

extension ScratchArray: StoredBytes where Element: HDF5Scalar {
  var byteCount: Int { count * MemoryLayout<Element>.size }

  func bytes(in range: Range<Int>) throws(ScratchFailure) -> [UInt8] {
    let size = MemoryLayout<Element>.size
    return ElementBytes.bytes(
      of: try elements(in: range.lowerBound / size..<range.upperBound / size))
  }
}
