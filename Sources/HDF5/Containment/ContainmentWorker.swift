import CHDF5

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The worker that looks at a file in place of the process that wants to use it.
///
/// It is the same program, started anew with nothing but the file's descriptor. It takes limits
/// upon itself before the library sees the file, walks over it, and tells the outcome in lines.
package enum ContainmentWorker {
  /// The name that the program is started under.
  static let name = "cmkt-hdf5-check"
  /// Where the file is open.
  static let descriptor: Int32 = 3

  /// Does the worker's work and ends, where this process was started as one; otherwise returns.
  ///
  /// Call it before anything else.
  package static func runIfAsked() {
    guard CommandLine.arguments.first == name else { return }
    exit(run())
  }

  private static func run() -> Int32 {
    chdf5_close_from(descriptor + 1)
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return 70 }
    let byteCount = Int(status.st_size)
    limit(byteCount)
    do throws(HDF5Failure) {
      try withLibrary { () throws(HDF5Failure) in
        let file = try OpenFile(descriptor: descriptor, byteCount: byteCount)
        var walk = ProfileWalk(
          byteCount: byteCount, isMATLAB: isMATLAB, report: { WorkerLines.write(.at($0)) },
          hearText: { WorkerLines.write(.text(path: $0, bytes: $1)) })
        try walk.walk(file.identifier)
      }
      WorkerLines.write(.sound)
      return 0
    } catch {
      WorkerLines.write(WorkerLine(error))
      return 65
    }
  }

  /// Whether the file is one of MATLAB 7.3, whose cells and structures are references.
  private static var isMATLAB: Bool {
    let beginning = Array("MATLAB 7.3 MAT-file".utf8)
    var bytes = [UInt8](repeating: 0, count: beginning.count)
    let count = unsafe pread(descriptor, &bytes, bytes.count, 0)
    return count == beginning.count && bytes == beginning
  }

  /// Limits that hold whatever the library is made to do.
  private static func limit(_ byteCount: Int) {
    set(RLIMIT_CORE, 0)
    set(RLIMIT_FSIZE, 0)
    set(RLIMIT_NOFILE, 16)
    set(RLIMIT_CPU, UInt(ProfileLimits.processorSeconds(byteCount).rounded(.up)) + 1)
    #if os(Linux)
      if let pages = ownPageCount {
        let start = pages * UInt(sysconf(Int32(_SC_PAGESIZE)))
        set(RLIMIT_AS, start + UInt(ProfileLimits.workerByteCount))
      }
    #endif
  }

  #if canImport(Glibc)
    private static func set(_ resource: __rlimit_resource, _ value: UInt) {
      var limit = rlimit(rlim_cur: value, rlim_max: value)
      _ = unsafe setrlimit(__rlimit_resource_t(resource.rawValue), &limit)
    }
  #else
    private static func set(_ resource: Int32, _ value: UInt) {
      var limit = rlimit(rlim_cur: rlim_t(value), rlim_max: rlim_t(value))
      _ = unsafe setrlimit(resource, &limit)
    }
  #endif

  /// Pages of address space that this process has; nil where the system does not tell.
  private static var ownPageCount: UInt? {
    let file = unsafe open("/proc/self/statm", O_RDONLY)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = unsafe read(file, &bytes, bytes.count)
    guard count > 0 else { return nil }
    return UInt(String(decoding: bytes.prefix { (48...57).contains($0) }, as: UTF8.self))
  }
}

/// Lines on the standard output, written at once: the last one tells where a worker died.
private enum WorkerLines {
  static func write(_ line: WorkerLine) {
    let bytes = Array((line.text + "\n").utf8)
    var start = 0
    while start < bytes.count {
      let count = unsafe bytes[start...].withUnsafeBytes {
        unsafe system($0.baseAddress, $0.count)
      }
      guard count > 0 else { return }
      start += count
    }
  }

  private static func system(_ address: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
      unsafe Glibc.write(1, address, count)
    #elseif canImport(Musl)
      unsafe Musl.write(1, address, count)
    #else
      unsafe Darwin.write(1, address, count)
    #endif
  }
}
