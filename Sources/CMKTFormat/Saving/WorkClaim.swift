import Foundation

/// The right to do one piece of work, held by one of several workers that share a folder.
///
/// A claim is a file that its worker made where none was, holds a random token, and is renewed by
/// being written again. Nobody waits for a lock: a claim that was not renewed for so long as it says
/// has expired, and another worker may take the work over. What two workers do at the same time
/// after that is to be harmless.
package struct WorkClaim: Sendable {
  /// What became of a claim that was to be renewed.
  package enum Renewal: Sendable, Equatable {
    case renewed
    /// Another worker holds the claim, or none.
    case lost
    /// The disk did not let it be written; it may later.
    case failed
  }

  /// The piece of work.
  package let name: String
  let path: String
  let text: String

  /// Writes the claim again, so that it is new.
  package func renew() -> Renewal {
    let descriptor = unsafe open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return errno == ENOENT ? .lost : .failed }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    guard let found = try? handle.read(upToCount: WorkClaims.longestText) else { return .failed }
    guard String(decoding: found, as: UTF8.self) == text else { return .lost }
    do {
      try handle.seek(toOffset: 0)
      try handle.write(contentsOf: Data(text.utf8))
      try handle.synchronize()
    } catch {
      return .failed
    }
    return .renewed
  }

  /// Lets go of the work; nothing where the claim is another worker's by now.
  package func release() {
    guard ClaimMark(of: path)?.text == text else { return }
    unsafe unlink(path)
  }
}

/// The claims in one folder, which workers on several machines may share.
package struct WorkClaims: Sendable {
  /// What a claim says of a piece of work.
  package enum Standing: Sendable, Equatable {
    case free
    /// A worker has it that renewed its claim not long ago.
    case held
    /// The worker that had it is gone, or cannot reach the disk.
    case expired
  }

  static let longestText = 128
  /// Without another word, seconds.
  package static let standardExpiry = 300.0

  private let folder: String
  /// Of the claims that are made here, seconds.
  package let expirySeconds: Double
  /// Whether `expirySeconds` is also what the claims of others are judged by.
  private let judgesAll: Bool
  private let clock: DiskClock

  /// The claims in `folder`, which is there.
  ///
  /// - Parameter expirySeconds: how long a claim lasts that is not renewed; nil for the standard,
  ///   and what each claim of others says.
  package init(in folder: String, expirySeconds: Double? = nil) {
    self.folder = folder
    self.expirySeconds = expirySeconds ?? Self.standardExpiry
    judgesAll = expirySeconds != nil
    clock = DiskClock(folder: folder, lifetime: min(2, self.expirySeconds / 8))
  }

  /// Claims `name`; nil where another worker has it.
  ///
  /// - Throws: `cannotCreate` and `notSaved` where the folder takes no claim.
  package func take(_ name: String) throws(FormatFailure) -> WorkClaim? {
    let path = self.path(of: name)
    let claim = WorkClaim(
      name: name, path: path, text: "\(Self.randomName) \(expirySeconds.description)\n")
    if try create(claim) { return claim }
    guard let seen = ClaimMark(of: path) else {
      // It was let go in between.
      return try create(claim) ? claim : nil
    }
    guard isExpired(seen), moveAside(name, seen: seen) else { return nil }
    return try create(claim) ? claim : nil
  }

  /// What the claim on `name` says; nothing is changed.
  package func standing(of name: String) -> Standing {
    guard let mark = ClaimMark(of: path(of: name)) else { return .free }
    return isExpired(mark) ? .expired : .held
  }

  /// Removes what workers left behind that were killed: expired claims on work that is settled, and
  /// files that were to be there for a moment only.
  package func tidy(isSettled: (String) -> Bool) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
      guard standing(of: name) == .expired else { continue }
      if name.hasPrefix(".") {
        unsafe unlink(path(of: name))
      } else if isSettled(name), let claim = try? take(name) {
        claim.release()
      }
    }
  }

  private func path(of name: String) -> String { "\(folder)/\(name)" }

  /// Makes the file of `claim`; false where one is there.
  private func create(_ claim: WorkClaim) throws(FormatFailure) -> Bool {
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
    let descriptor = unsafe open(claim.path, flags, 0o644)
    guard descriptor >= 0 else {
      if errno == EEXIST { return false }
      throw .cannotCreate(file: claim.path, reason: DurableFile.systemReason())
    }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    do {
      try handle.write(contentsOf: Data(claim.text.utf8))
      try handle.synchronize()
    } catch {
      unsafe unlink(claim.path)
      throw .notSaved(file: claim.path, reason: DurableFile.systemReason(error))
    }
    return true
  }

  private func isExpired(_ mark: ClaimMark) -> Bool {
    let limit = judgesAll ? expirySeconds : mark.expirySeconds ?? expirySeconds
    return clock.seconds - mark.modified > limit
  }

  /// Takes the expired claim `seen` on `name` away; false where it is another by now.
  ///
  /// Of several workers the rename succeeds for one. What it has moved may yet be a claim that was
  /// renewed, or made anew by a quicker worker: that one is put back.
  private func moveAside(_ name: String, seen: ClaimMark) -> Bool {
    let path = self.path(of: name)
    let aside = "\(folder)/.\(name).\(Self.randomName)"
    guard unsafe rename(path, aside) == 0 else { return errno == ENOENT }
    defer { unsafe unlink(aside) }
    if ClaimMark(of: aside) == seen { return true }
    if unsafe link(aside, path) != 0, [EPERM, EOPNOTSUPP, ENOSYS].contains(errno) {
      // A file system without links. Whoever claims the name in between has lost it.
      unsafe rename(aside, path)
    }
    return false
  }

  /// A name that nobody else makes.
  private static var randomName: String {
    var generator = SystemRandomNumberGenerator()
    return (0..<2).map { _ in
      let digits = String(generator.next(), radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}

/// What the file of a claim shows: who made it, and when it was last written.
private struct ClaimMark: Equatable {
  var text: String
  var inode: UInt64
  /// Seconds, by the clock of the disk.
  var modified: Double

  /// How long the claim lasts by its own word; nil where it says nothing that makes sense.
  var expirySeconds: Double? {
    let words = text.split(whereSeparator: \.isWhitespace)
    guard words.count == 2, let seconds = Double(words[1]), seconds.isFinite, seconds > 0 else {
      return nil
    }
    return seconds
  }

  /// Nil where there is no file.
  ///
  /// It is opened, since only that makes a network disk look again.
  init?(of path: String) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return nil }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    guard let (inode, modified) = fileTimes(of: descriptor) else { return nil }
    self.inode = inode
    self.modified = modified
    let found = (try? handle.read(upToCount: WorkClaims.longestText)) ?? nil
    text = String(decoding: found ?? Data(), as: UTF8.self)
  }
}

/// The clock of the disk that a folder is on, so that the clocks of machines need not agree: a file
/// is written there, and the time that it bears is read.
private struct DiskClock: Sendable {
  private let folder: String
  private let reading: ClockReading

  /// - Parameter lifetime: for how long a reading is used, seconds.
  init(folder: String, lifetime: Double) {
    self.folder = folder
    reading = ClockReading(lifetime: .milliseconds(Int64(lifetime * 1000)))
  }

  /// Seconds; of this machine's clock where the folder takes no file.
  var seconds: Double {
    reading.seconds { written ?? Date().timeIntervalSince1970 }
  }

  private var written: Double? {
    let path = "\(folder)/.clock-\(UUID().uuidString)"
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
    let descriptor = unsafe open(path, flags, 0o644)
    guard descriptor >= 0 else { return nil }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    defer {
      unsafe unlink(path)
      try? handle.close()
    }
    guard (try? handle.write(contentsOf: Data([0]))) != nil, (try? handle.synchronize()) != nil
    else { return nil }
    return fileTimes(of: descriptor)?.modified
  }
}

/// The number of an open file, and when it was last written, seconds.
private func fileTimes(of descriptor: Int32) -> (inode: UInt64, modified: Double)? {
  var status = stat()
  guard unsafe fstat(descriptor, &status) == 0 else { return nil }
  #if os(Linux)
    let time = status.st_mtim
  #else
    let time = status.st_mtimespec
  #endif
  return (UInt64(status.st_ino), Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9)
}
