#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A process of this program, with a file's descriptor and a pipe to be heard on, nothing else.
struct SpawnedWorker: ~Copyable {
  /// How a process ended.
  enum Ending: Equatable {
    case code(Int32)
    case signal(Int32)
    case unknown
  }

  private let process: pid_t
  private let output: Int32
  private var pending: [UInt8] = []

  /// Lines longer than this are none of a worker.
  private static let longestLine = 64 << 20

  /// - Throws: `system` where it cannot be started.
  init(handing file: Int32, _ path: String) throws(HDF5Failure) {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else {
      throw systemFailure(errno, path, "start a worker to check the file")
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[1]) }
    do throws(HDF5Failure) {
      process = try Self.start(file, output: ends[1], path)
    } catch {
      close(ends[0])
      throw error
    }
    output = ends[0]
  }

  deinit { close(output) }

  private static func start(
    _ file: Int32, output: Int32, _ path: String
  ) throws(HDF5Failure) -> pid_t {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
    #else
      var actions = unsafe posix_spawn_file_actions_t()
    #endif
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    // The file may be open where the worker's output goes, and the other way round.
    let spare = fcntl(file, F_DUPFD_CLOEXEC, 10)
    let spareOutput = fcntl(output, F_DUPFD_CLOEXEC, 10)
    defer {
      close(spare)
      close(spareOutput)
    }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, spareOutput, 1)
    // The library and the runtime may complain at length; the lines say it all.
    unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, spare, ContainmentWorker.descriptor)
    // The worker itself closes whatever else it inherits.
    var process: pid_t = 0
    let status = unsafe withCStrings([ContainmentWorker.name]) { arguments in
      unsafe withCStrings(environment) { environment in
        unsafe posix_spawn(&process, executable, &actions, nil, arguments, environment)
      }
    }
    guard status == 0 else { throw systemFailure(status, path, "start a worker to check the file") }
    return process
  }

  /// Where this program lies.
  private static var executable: String {
    #if os(Linux)
      "/proc/self/exe"
    #else
      CommandLine.arguments.first ?? ""
    #endif
  }

  /// Only what the loader may need; nothing that tells HDF5 to load code.
  private static var environment: [String] {
    let names: [String] = ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"]
    let kept = names.compactMap { (name: String) -> String? in
      guard let value = unsafe getenv(name) else { return nil }
      return "\(name)=\(unsafe String(cString: value))"
    }
    return kept + ["SWIFT_BACKTRACE=enable=no", "HDF5_USE_FILE_LOCKING=FALSE"]
  }

  /// The lines that came within a while, maybe none; nil once the worker says no more.
  mutating func nextLines(withinMilliseconds milliseconds: Int32) -> [String]? {
    var request = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
    let ready = unsafe poll(&request, 1, milliseconds)
    guard ready > 0 else { return ready == 0 || errno == EINTR ? [] : nil }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = unsafe read(output, &bytes, bytes.count)
    guard count > 0 else { return count < 0 && errno == EINTR ? [] : nil }
    pending += bytes.prefix(count)
    guard let last = pending.lastIndex(of: 0x0A) else {
      return pending.count > Self.longestLine ? nil : []
    }
    let lines = pending[..<last].split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
    pending.removeFirst(last + 1)
    return lines
  }

  /// The processor time that the worker has used.
  var processorSeconds: Double {
    var clock = clockid_t()
    var time = timespec()
    #if os(Linux)
      guard unsafe clock_getcpuclockid(process, &clock) == 0,
        unsafe clock_gettime(clock, &time) == 0
      else { return 0 }
    #endif
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Waits for the end, which comes at once where the worker is killed.
  func end(killing: Bool) -> Ending {
    if killing { kill(process, SIGKILL) }
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) < 0 {
      // Where the children of this process are nobody's to wait for, the lines alone tell.
      guard errno == EINTR else { return errno == ECHILD ? .unknown : .code(70) }
    }
    let signal = status & 0x7F
    return signal == 0 ? .code((status >> 8) & 0xFF) : .signal(signal)
  }
}

/// Runs `body` with a null-terminated array of C strings.
private func withCStrings<Result>(
  _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  var pointers = unsafe texts.map { unsafe strdup($0) } + [nil]
  defer {
    for index in unsafe pointers.indices { unsafe free(pointers[index]) }
  }
  return unsafe pointers.withUnsafeMutableBufferPointer { buffer in
    // Never empty: the terminator is there.
    unsafe body(buffer.baseAddress.unsafelyUnwrapped)
  }
}
