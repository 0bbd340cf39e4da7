import Codecs
import HDF5

/// Values of a dataset that are not in memory: little-endian, row-major.
protocol StoredBytes: Sendable {
  var byteCount: Int { get }

  /// The bytes `range`, which starts and ends between two values.
  func bytes(in range: Range<Int>) throws(ScratchFailure) -> [UInt8]
}

extension ScratchArray: StoredBytes where Element: HDF5Scalar {
  var byteCount: Int { memory.count }

  func bytes(in range: Range<Int>) throws(ScratchFailure) -> [UInt8] {
    #if _endian(little)
      return try memory.elements(UInt8.self, in: range)
    #else
      let size = MemoryLayout<Element>.size
      return ElementBytes.bytes(
        of: try elements(in: range.lowerBound / size..<range.upperBound / size))
    #endif
  }
}
