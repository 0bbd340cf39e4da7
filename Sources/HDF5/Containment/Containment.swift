import Synchronization

/// Whether this process lets a worker look at every HDF5 file before it opens the file itself.
///
/// Off until a tool turns it on, since a worker is the tool itself; see `ContainmentWorker`.
package enum Containment {
  private struct State {
    var isOn = false
    /// What was found out of files as they were then: their texts of variable length by the paths
    /// of their datasets, or why they are refused.
    var known: [FileIdentity: Swift.Result<[String: [[UInt8]]], HDF5Failure>] = [:]
  }

  private static let state = Mutex(State())

  /// Checks every file that is opened from now on.
  package static func turnOn() { state.withLock { $0.isOn = true } }

  /// Lets `file` pass, or says why it must not be opened.
  ///
  /// A file is looked at once, as long as it does not change.
  ///
  /// - Returns: the texts of variable length, by the paths of their datasets; nil where files are
  ///   not checked.
  /// - Throws: `refused` or `truncated`; `system` where no worker can be started.
  static func check(_ file: borrowing InputFile) throws(HDF5Failure) -> [String: [[UInt8]]]? {
    let identity = file.identity
    let (isOn, known) = state.withLock { ($0.isOn, $0.known[identity]) }
    guard isOn else { return nil }
    if let known { return try known.get() }
    do throws(HDF5Failure) {
      let texts = try ContainedCheck(file).run()
      state.withLock { $0.known[identity] = .success(texts) }
      return texts
    } catch {
      // Want of memory or of processes may pass; a refusal stays.
      if error.cause != nil { state.withLock { $0.known[identity] = .failure(error) } }
      throw error
    }
  }
}
