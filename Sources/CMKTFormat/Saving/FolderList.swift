import Codecs
import Foundation

/// The files that a tool wrote into a folder, with their digests, as a file within that folder.
///
/// It tells what a former run wrote, which may be lost, from everything else. Its form is that of
/// `sha256sum`, so that `sha256sum -c` tests a folder.
struct FolderList {
  /// The name of the file.
  static let name = "cmkt-files.sha256"
  /// No longer list is read, in bytes.
  private static let lengthLimit = 1 << 24
  private static let digestLength = 64

  /// Digests by path within the folder.
  private let digests: [String: String]

  /// A list of `files`.
  init(of files: [(path: String, bytes: [UInt8])]) {
    digests = Dictionary(
      files.map { ($0.path, SHA256.hexDigest(of: $0.bytes)) }, uniquingKeysWith: { $1 })
  }

  /// The list within `folder`; nil where there is none that can be read.
  init?(in folder: String) {
    let path = folder + "/" + Self.name
    guard Self.isRegularFile(path), let handle = FileHandle(forReadingAtPath: path) else {
      return nil
    }
    defer { try? handle.close() }
    guard let bytes = (try? handle.read(upToCount: Self.lengthLimit)) ?? nil,
      let text = String(bytes: bytes, encoding: .utf8)
    else { return nil }
    var digests: [String: String] = [:]
    for line in text.split(separator: "\n") {
      let rest = line.dropFirst(Self.digestLength)
      guard rest.hasPrefix("  ") else { return nil }
      digests[String(rest.dropFirst(2))] = String(line.prefix(Self.digestLength))
    }
    self.digests = digests
  }

  /// The bytes of the file.
  var bytes: [UInt8] {
    Array(digests.sorted { $0.key < $1.key }.map { "\($1)  \($0)\n" }.joined().utf8)
  }

  /// Whether a file at `path` within the folder was written, whatever it is now.
  func names(_ path: String) -> Bool { digests[path] != nil }

  /// Whether `path` within `folder` is as it was written: a file of equal content, or a folder that
  /// a listed file was written into.
  func holds(_ path: String, in folder: String) -> Bool {
    guard let digest = digests[path] else {
      return path == Self.name || digests.keys.contains { $0.hasPrefix(path + "/") }
    }
    return Self.digest(ofFile: folder + "/" + path) == digest
  }

  /// Nil where `path` is no regular file or cannot be read.
  private static func digest(ofFile path: String) -> String? {
    guard isRegularFile(path), let handle = FileHandle(forReadingAtPath: path) else { return nil }
    defer { try? handle.close() }
    var digest = SHA256()
    do {
      while let part = try handle.read(upToCount: 1 << 20), !part.isEmpty {
        digest.update(Array(part))
      }
    } catch {
      return nil
    }
    return digest.finishHex()
  }

  private static func isRegularFile(_ path: String) -> Bool {
    var status = stat()
    return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }
}
