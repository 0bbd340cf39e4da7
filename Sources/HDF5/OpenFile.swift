import CHDF5

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that HDF5 has opened for reading.
struct OpenFile: ~Copyable {
  let identifier: Identifier
  let byteCount: Int

  /// Opens `file`, if it is still what it was when the system opened it.
  init(_ file: borrowing InputFile) throws(HDF5Failure) {
    let identifier = try Self.open(file.path, named: file.path, file.identity.byteCount)
    try Self.check(identifier, is: file)
    self.identifier = identifier
    byteCount = file.identity.byteCount
  }

  /// Opens the file that is open as `descriptor`.
  init(descriptor: Int32, byteCount: Int) throws(HDF5Failure) {
    identifier = try Self.open("/dev/fd/\(descriptor)", named: "", byteCount)
    self.byteCount = byteCount
  }

  private static func open(
    _ path: String, named name: String, _ byteCount: Int
  ) throws(HDF5Failure) -> Identifier {
    let place = Place(file: name)
    let access = try makeFileAccess(place)
    do throws(HDF5Failure) {
      return try unsafe Identifier(
        H5Fopen(path, chdf5_file_read_only(), access.value), H5Fclose, "open the file", place)
    } catch {
      throw recognised(error, name, byteCount)
    }
  }

  /// - Throws: `system` where HDF5 reads another file, or the file in another state.
  private static func check(
    _ identifier: borrowing Identifier, is file: borrowing InputFile
  ) throws(HDF5Failure) {
    let descriptor = try HDF5.check(
      chdf5_file_descriptor(identifier.value), "find the file's descriptor", Place(file: file.path))
    guard FileIdentity(descriptor: descriptor) == file.identity else {
      throw .system(
        file: file.path, operation: "read the file",
        reason: "it was changed or replaced meanwhile; try again")
    }
  }

  /// A file that ends before may lack the end of its superblock.
  private static let superblockByteCount = 96

  /// `failure` as truncation where HDF5's stack or the size says so.
  private static func recognised(
    _ failure: HDF5Failure, _ path: String, _ byteCount: Int
  ) -> HDF5Failure {
    guard case .library(_, _, _, let stack) = failure else { return failure }
    if let entry = stack.first(where: { $0.message.hasPrefix("truncated file") }) {
      return .truncated(
        file: path, expectedByteCount: entry.message.number(after: "stored_eof = "),
        foundByteCount: entry.message.number(after: "eof = "))
    }
    guard byteCount < superblockByteCount else { return failure }
    return .truncated(file: path, expectedByteCount: nil, foundByteCount: byteCount)
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
