/// What a file may have at most.
enum ProfileLimits {
  static let depth = 16
  static let objectCount = 1_000_000
  static let attributeCount = 1024
  static let attributeByteCount = 1 << 20
  static let nameByteCount = 255
  static let rank = 8
  /// Levels of a type, and members of all of them.
  static let typeDepth = 8
  static let typeMemberCount = 1024
  static let typeByteCount = 1 << 20
  /// Chunks of one dataset, whether or not they are in the file.
  static let chunkCount = 1_000_000
  /// No values lie among the first bytes.
  static let superblockByteCount = 48
  /// Of texts of variable length in the whole file.
  static let textByteCount = 16 << 20
  /// Bytes of memory of a worker, beyond those that it starts with.
  static let workerByteCount = 192 << 20

  /// The processor time that checking a file of `byteCount` bytes may take.
  static func processorSeconds(_ byteCount: Int) -> Double {
    1 + min(120, Double(byteCount) / Double(16 << 20))
  }

  /// The time by the clock, for machines that are busy with other things.
  static func seconds(_ byteCount: Int) -> Double {
    10 * processorSeconds(byteCount)
  }
}
