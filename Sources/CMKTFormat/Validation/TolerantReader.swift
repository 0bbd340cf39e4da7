import HDF5
import Synchronization

/// Reads on where values are damaged: gives zeros in their place, and remembers where.
final class TolerantReader: HDF5Reading {
  private let base: any HDF5Reading
  private let failures = Mutex<[String: String]>([:])

  init(_ base: any HDF5Reading) {
    self.base = base
  }

  /// What HDF5 said of each dataset that could not be read, by path.
  var damaged: [String: String] { failures.withLock { $0 } }

  func children(of path: String) throws(HDF5Failure) -> [Child] { try base.children(of: path) }

  func attributes(of path: String) throws(HDF5Failure) -> [Attribute] {
    try base.attributes(of: path)
  }

  func dataset(at path: String) throws(HDF5Failure) -> DatasetInfo { try base.dataset(at: path) }

  func read(_ path: String, slab: Slab?) throws(HDF5Failure) -> [UInt8] {
    do throws(HDF5Failure) {
      return try base.read(path, slab: slab)
    } catch {
      // Anything but damage is for the caller to know.
      guard case .library(_, _, _, let stack) = error else { throw error }
      let info = try base.dataset(at: path)
      let reason = stack.last?.message ?? "no reason"
      failures.withLock { $0[path] = $0[path] ?? reason }
      // The base has refused products that overflow before it read.
      let count = (slab?.count ?? info.shape).reduce(info.type?.byteCount ?? 0, *)
      return [UInt8](repeating: 0, count: count)
    }
  }

  func chunkCount(of path: String) throws(HDF5Failure) -> Int { try base.chunkCount(of: path) }

  func readRawChunk(_ path: String, index: Int) throws(HDF5Failure) -> RawChunk {
    try base.readRawChunk(path, index: index)
  }

  func close() { base.close() }
}
