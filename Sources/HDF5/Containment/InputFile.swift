#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What tells one state of a file from another.
struct FileIdentity: Hashable, Sendable {
  private let device: UInt64
  private let number: UInt64
  let byteCount: Int
  private let changed: [Int]

  init(_ status: stat) {
    device = UInt64(status.st_dev)
    number = UInt64(status.st_ino)
    byteCount = Int(status.st_size)
    #if os(Linux)
      changed = [
        Int(status.st_mtim.tv_sec), Int(status.st_mtim.tv_nsec),
        Int(status.st_ctim.tv_sec), Int(status.st_ctim.tv_nsec),
      ]
    #else
      changed = [
        Int(status.st_mtimespec.tv_sec), Int(status.st_mtimespec.tv_nsec),
        Int(status.st_ctimespec.tv_sec), Int(status.st_ctimespec.tv_nsec),
      ]
    #endif
  }

  /// Nil where `descriptor` is not open.
  init?(descriptor: Int32) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }
}

/// A regular file with HDF5's signature that the system has opened for reading.
struct InputFile: ~Copyable {
  let path: String
  let descriptor: Int32
  let identity: FileIdentity

  private static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]

  /// - Throws: `missingFile`, `isDirectory`, `notRegular`, `accessDenied`, `system` or `notHDF5`.
  init(_ path: String) throws(HDF5Failure) {
    guard !path.utf8.contains(0) else { throw .missingFile(file: path) }
    // Without blocking: a pipe that nobody writes to would wait for ever.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw systemFailure(errno, path, "read") }
    do throws(HDF5Failure) {
      identity = try Self.look(at: descriptor, path)
    } catch {
      close(descriptor)
      throw error
    }
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  private static func look(
    at descriptor: Int32, _ path: String
  ) throws(HDF5Failure) -> FileIdentity {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw systemFailure(errno, path, "read") }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw .isDirectory(file: path) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular(file: path) }
    let identity = FileIdentity(status)
    // A block of the user's own may stand before; its size is 512 or a doubling of it.
    var place = 0
    while place < identity.byteCount {
      if try bytes(8, at: place, of: descriptor, path) == signature { return identity }
      place = place == 0 ? 512 : 2 * place
    }
    let first = try bytes(512, at: 0, of: descriptor, path)
    throw .notHDF5(file: path, found: ForeignContent(firstBytes: first))
  }

  private static func bytes(
    _ count: Int, at place: Int, of descriptor: Int32, _ path: String
  ) throws(HDF5Failure) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let found = unsafe bytes.withUnsafeMutableBytes { buffer in
      unsafe pread(descriptor, buffer.baseAddress, buffer.count, off_t(place))
    }
    guard found >= 0 else { throw systemFailure(errno, path, "read") }
    return Array(bytes.prefix(found))
  }
}
