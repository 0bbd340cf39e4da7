import CHDF5

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A mutual exclusion lock that its holder may take again.
@safe private final class RecursiveLock: @unchecked Sendable {
  // Allocated once and never moved: a mutex must keep its address.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>

  init() {
    unsafe mutex = .allocate(capacity: 1)
    var attributes = pthread_mutexattr_t()
    unsafe pthread_mutexattr_init(&attributes)
    unsafe pthread_mutexattr_settype(&attributes, Int32(PTHREAD_MUTEX_RECURSIVE))
    unsafe pthread_mutex_init(mutex, &attributes)
    unsafe pthread_mutexattr_destroy(&attributes)
  }

  func lock() { _ = unsafe pthread_mutex_lock(mutex) }
  func unlock() { _ = unsafe pthread_mutex_unlock(mutex) }
}

private let libraryLock = RecursiveLock()

/// Sets HDF5 up on first use.
private let setUp: Void = {
  // Without its exit handler, a save that failed cannot crash the process on the way out.
  H5dont_atexit()
  H5open()
  // A file names its filters; none of them may load code.
  H5PLset_loading_state(0)
}()

/// Runs `body` with HDF5 locked, initialised and silent; the only way into the library.
///
/// The lock is one for the process and may be taken again by its holder. HDF5 keeps its error
/// stack and the switch that prints it per thread, so the switch is set on each entry.
///
/// - Throws: what `body` throws.
package func withLibrary<Result: ~Copyable, Failure: Error>(
  _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  libraryLock.lock()
  defer { libraryLock.unlock() }
  setUp
  H5Eset_auto2(hid_t(0), nil, nil)
  return try body()
}

/// The number of HDF5 identifiers open in this process; 0 when nothing leaks or is in use.
///
/// The identifiers that this module owns, of every kind, and the files and objects that HDF5
/// itself counts as open, whoever opened them.
package func openIdentifierCount() -> Int {
  withLibrary {
    unsafe Identifier.liveCount + chdf5_open_object_count()
  }
}

/// The error stack of the calling thread, outermost call first; clears it.
func takeErrorStack() -> [HDF5StackEntry] {
  var entries: [HDF5StackEntry] = []
  unsafe withUnsafeMutablePointer(to: &entries) { pointer in
    _ = unsafe H5Ewalk2(
      hid_t(0), H5E_WALK_DOWNWARD,
      { _, error, context in
        guard let error = unsafe error, let context = unsafe context else { return 0 }
        let entries = unsafe context.assumingMemoryBound(to: [HDF5StackEntry].self)
        let function = unsafe error.pointee.func_name.map { unsafe String(cString: $0) } ?? ""
        let message = unsafe error.pointee.desc.map { unsafe String(cString: $0) } ?? ""
        unsafe entries.pointee.append(HDF5StackEntry(function: function, message: message))
        return 0
      }, pointer)
  }
  H5Eclear2(hid_t(0))
  return entries
}

/// Where in which file something happens.
struct Place {
  var file: String
  /// The object's path in the file; empty for the file itself.
  var path = ""
}

/// `result`, or the error stack as a failure where `result` is negative.
@discardableResult
func check<Status: SignedInteger>(
  _ result: Status, _ operation: String, _ place: Place
) throws(HDF5Failure) -> Status {
  guard result >= 0 else {
    throw .library(
      operation: operation, file: place.file, path: place.path, stack: takeErrorStack())
  }
  return result
}
