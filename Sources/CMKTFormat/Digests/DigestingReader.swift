import HDF5
import Synchronization

/// Computes the digests of datasets as they are read whole, so that nothing is read twice.
final class DigestingReader: HDF5Reading {
  private let base: any HDF5Reading
  private let digests = Mutex<[String: [UInt8]]>([:])

  init(_ base: any HDF5Reading) {
    self.base = base
  }

  /// The digests so far, by path.
  var found: [String: [UInt8]] { digests.withLock { $0 } }

  func children(of path: String) throws(HDF5Failure) -> [Child] { try base.children(of: path) }

  func attributes(of path: String) throws(HDF5Failure) -> [Attribute] {
    try base.attributes(of: path)
  }

  func dataset(at path: String) throws(HDF5Failure) -> DatasetInfo { try base.dataset(at: path) }

  func read(_ path: String, slab: Slab?) throws(HDF5Failure) -> [UInt8] {
    let bytes = try base.read(path, slab: slab)
    if slab == nil {
      let digest = ObjectDigest.compute(
        of: path, try base.dataset(at: path), bytes: bytes, try base.attributes(of: path))
      digests.withLock { $0[path] = digest }
    }
    return bytes
  }

  func chunkCount(of path: String) throws(HDF5Failure) -> Int { try base.chunkCount(of: path) }

  func readRawChunk(_ path: String, index: Int) throws(HDF5Failure) -> RawChunk {
    try base.readRawChunk(path, index: index)
  }

  func close() { base.close() }
}
