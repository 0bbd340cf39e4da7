import Codecs
import Foundation

/// The digests that an exported file states, by key, such as `model_content_digest`.
///
/// All forms of exports hold them as text beside their key, whatever stands around it; archives of
/// NumPy hold them in the text of the array `metadata`.
struct ArtefactDigests {
  /// By key, 64 hexadecimal digits each.
  let digests: [String: String]
  /// What the export calls its format.
  let format: String

  private static let keys = [
    "model_content_digest", "data_fingerprint", "modelContentDigest", "featuresContentDigest",
    "dataFingerprint", "content_digest",
  ]
  private static let formats = [
    "cmkt-weak-path", "cmkt-predictions", "cmkt-latents", "cmkt-features",
  ]
  private static let largestFile = 1 << 28
  private static let mostFiles = 64

  /// The digests in the file or folder at `path`; nil where it states none.
  init?(path: String) {
    let stated = Self.files(at: path).lazy.compactMap { file -> ([String: String], String)? in
      guard let bytes = Self.content(of: file),
        let format = Self.formats.first(where: { Self.holds(bytes, Array($0.utf8)) })
      else { return nil }
      let found = Self.digests(in: bytes)
      return found.isEmpty ? nil : (found, format)
    }
    guard let (digests, format) = stated.first else { return nil }
    self.digests = digests
    self.format = format
  }

  subscript(keys: String...) -> String? { keys.compactMap { digests[$0] }.first }

  /// The file itself, or the files of a folder in the order of their names.
  private static func files(at path: String) -> [String] {
    guard FileManager.default.fileExists(atPath: path + "/.") else { return [path] }
    let inside = (try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? []
    return inside.sorted().prefix(mostFiles).map { path + "/" + $0 }
  }

  /// The bytes in which digests stand; of an archive those of its text.
  private static func content(of path: String) -> [UInt8]? {
    if let archive = try? NPZArchive(path: path) {
      guard case .texts(let texts)? = (try? archive.array("metadata"))?.elements else { return nil }
      return Array(texts.joined(separator: "\n").utf8)
    }
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    guard let size = attributes?[.size] as? Int, size <= largestFile,
      attributes?[.type] as? FileAttributeType == .typeRegular
    else { return nil }
    return FileManager.default.contents(atPath: path).map(Array.init)
  }

  private static func digests(in bytes: [UInt8]) -> [String: String] {
    var found: [String: String] = [:]
    for key in keys {
      let pattern = Array(key.utf8)
      for end in ends(of: pattern, in: bytes) {
        // A key that is the end of another one is not meant.
        let begin = end - pattern.count
        if begin > 0, isPartOfName(bytes[begin - 1]) { continue }
        if let digest = digest(after: end, in: bytes) {
          found[key] = digest
          break
        }
      }
    }
    return found
  }

  /// The 64 hexadecimal digits that begin within a few bytes after `index`.
  private static func digest(after index: Int, in bytes: [UInt8]) -> String? {
    for start in index..<min(index + 24, bytes.count) {
      let digits = bytes[start...].prefix { isHexadecimal($0) }
      if digits.count == 64 { return String(decoding: digits, as: UTF8.self) }
      // An odd byte before the digits may look like one of them.
      if digits.count == 65 { return String(decoding: digits.dropFirst(), as: UTF8.self) }
    }
    return nil
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
  }

  private static func isPartOfName(_ byte: UInt8) -> Bool {
    (0x61...0x7a).contains(byte) || (0x41...0x5a).contains(byte) || byte == 0x5f
  }

  private static func holds(_ bytes: [UInt8], _ pattern: [UInt8]) -> Bool {
    ends(of: pattern, in: bytes, limit: 1).first != nil
  }

  /// Where `pattern` ends in `bytes`.
  private static func ends(
    of pattern: [UInt8], in bytes: [UInt8], limit: Int = 16
  ) -> [Int] {
    guard let first = pattern.first, bytes.count >= pattern.count else { return [] }
    var found: [Int] = []
    var index = 0
    while index <= bytes.count - pattern.count, found.count < limit {
      guard let next = bytes[index...].firstIndex(of: first),
        next <= bytes.count - pattern.count
      else { break }
      if bytes[next..<next + pattern.count].elementsEqual(pattern) {
        found.append(next + pattern.count)
      }
      index = next + 1
    }
    return found
  }
}
