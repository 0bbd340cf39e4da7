#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// One look at a file by a worker of its own.
struct ContainedCheck: ~Copyable {
  private let path: String
  private let descriptor: Int32
  private let byteCount: Int
  /// The object that the worker looked at last.
  private var place = ""
  private var outcome: WorkerLine?
  /// By the paths of their datasets.
  private var texts: [String: [[UInt8]]] = [:]

  init(_ file: borrowing InputFile) {
    path = file.path
    descriptor = file.descriptor
    byteCount = file.identity.byteCount
  }

  /// The texts of variable length in the file, by the paths of their datasets.
  ///
  /// - Throws: `refused` or `truncated`; `system` where no worker can be started.
  consuming func run() throws(HDF5Failure) -> [String: [[UInt8]]] {
    var worker = try SpawnedWorker(handing: descriptor, path)
    let processorSeconds = ProfileLimits.processorSeconds(byteCount)
    let deadline = now() + ProfileLimits.seconds(byteCount)
    var isLate = false
    while let lines = worker.nextLines(withinMilliseconds: 50) {
      for line in lines { hear(line) }
      if worker.processorSeconds > processorSeconds || now() > deadline {
        isLate = true
        break
      }
    }
    let ending = worker.end(killing: isLate)
    try judge(ending, isLate)
    return texts
  }

  private mutating func hear(_ line: String) {
    switch WorkerLine(line) {
    case .at(let path): place = path
    case .text(let path, let bytes): texts[path, default: []].append(bytes)
    case let line?: outcome = line
    case nil: break
    }
  }

  private func judge(_ ending: SpawnedWorker.Ending, _ isLate: Bool) throws(HDF5Failure) {
    if isLate || ending == .signal(SIGXCPU) {
      throw refused(.timedOut, place, "")
    }
    switch (ending, outcome) {
    case (.code(0), .sound?), (.unknown, .sound?): return
    case (.code(65), .refused(let cause, let path, let detail)?),
      (.unknown, .refused(let cause, let path, let detail)?):
      throw refused(cause, path, detail)
    case (.code(65), .truncated(let expected, let found)?),
      (.unknown, .truncated(let expected, let found)?):
      throw .truncated(file: path, expectedByteCount: expected, foundByteCount: found ?? byteCount)
    case (.signal(let number), _): throw refused(.crashed, place, "signal \(number)")
    case (.unknown, _): throw refused(.crashed, place, "")
    case (.code(let code), _):
      throw .system(
        file: path, operation: "check the file in a worker",
        reason: "the worker ended with \(code); --trust reads the file without it")
    }
  }

  private func refused(_ cause: ProfileCause, _ object: String, _ detail: String) -> HDF5Failure {
    .refused(file: path, path: object, cause: cause, detail: detail)
  }

  private func now() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
