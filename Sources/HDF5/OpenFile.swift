import CHDF5

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that is open for reading, and what the system said about it before HDF5 saw it.
struct OpenFile: ~Copyable {
  let identifier: Identifier
  let byteCount: Int

  /// Opens the file at `path` for reading.
  init(reading path: String) throws(HDF5Failure) {
    let place = Place(file: path)
    let (firstBytes, byteCount) = try Self.look(at: path)
    guard unsafe H5Fis_hdf5(path) > 0 else {
      _ = takeErrorStack()
      // A file cut inside its superblock has the signature, and yet HDF5 denies it.
      if firstBytes.starts(with: Self.signature) {
        throw .truncated(file: path, expectedByteCount: nil, foundByteCount: byteCount)
      }
      throw .notHDF5(file: path, found: ForeignContent(firstBytes: firstBytes))
    }
    let access = try makeFileAccess(place)
    do throws(HDF5Failure) {
      identifier = try unsafe Identifier(
        H5Fopen(path, chdf5_file_read_only(), access.value), H5Fclose, "open the file", place)
    } catch {
      throw Self.recognised(error, path)
    }
    self.byteCount = byteCount
  }

  private static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]

  /// The first bytes and the size of the regular file at `path`.
  private static func look(at path: String) throws(HDF5Failure) -> ([UInt8], Int) {
    guard !path.utf8.contains(0) else { throw .missingFile(file: path) }
    // Without blocking: a pipe that nobody writes to would wait for ever.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw systemFailure(errno, path, "read") }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw systemFailure(errno, path, "read") }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw .isDirectory(file: path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .notRegular(file: path)
    }
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = unsafe bytes.withUnsafeMutableBytes { buffer in
      unsafe read(descriptor, buffer.baseAddress, buffer.count)
    }
    guard count >= 0 else { throw systemFailure(errno, path, "read") }
    return (Array(bytes.prefix(count)), Int(status.st_size))
  }

  /// `failure` as truncation where HDF5's stack says so.
  private static func recognised(_ failure: HDF5Failure, _ path: String) -> HDF5Failure {
    guard case .library(_, _, _, let stack) = failure,
      let entry = stack.first(where: { $0.message.hasPrefix("truncated file") })
    else { return failure }
    return .truncated(
      file: path, expectedByteCount: entry.message.number(after: "stored_eof = "),
      foundByteCount: entry.message.number(after: "eof = "))
  }
}

/// The failure for a system call on `path` that set `number`.
func systemFailure(_ number: Int32, _ path: String, _ operation: String) -> HDF5Failure {
  switch number {
  case ENOENT, ENOTDIR: .missingFile(file: path)
  case EACCES, EPERM, EROFS: .accessDenied(file: path, operation: operation)
  case EEXIST: .fileExists(file: path)
  default:
    .system(file: path, operation: operation, reason: unsafe String(cString: strerror(number)))
  }
}

/// How files are opened and created: the 1.10 format, and chunks of several MiB in the cache.
func makeFileAccess(_ place: Place) throws(HDF5Failure) -> Identifier {
  let access = try Identifier(
    H5Pcreate(chdf5_file_access_class()), H5Pclose, "set up access", place)
  try check(
    H5Pset_libver_bounds(access.value, H5F_LIBVER_V110, H5F_LIBVER_V110), "set the version", place)
  try check(
    H5Pset_cache(access.value, 0, 521, 16 << 20, 0.75), "set the chunk cache", place)
  // Whatever is left open in the file goes with it.
  try check(H5Pset_fclose_degree(access.value, H5F_CLOSE_STRONG), "set up closing", place)
  return access
}
