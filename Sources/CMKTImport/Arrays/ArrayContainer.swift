import CMKTFormat
import Codecs

/// Named arrays in one file.
protocol ArrayContainer: Sendable {
  /// Of the file.
  var path: String { get }
  /// In the order of the file.
  var arrays: [ArrayDescription] { get }
  /// What is in the file, but is not read.
  var unread: [UnreadArray] { get }

  /// - Throws: `ImportFailure`; also where the array holds text.
  func numbers(_ name: String) throws(ImportFailure) -> any NumberArray

  /// The whole numbers of an array, all of them; only for arrays that are small.
  ///
  /// - Throws: `ImportFailure`; also where one is no whole number.
  func integers(_ name: String) throws(ImportFailure) -> [Int]

  /// The numbers of an array, all of them and exact; only for arrays that are small.
  ///
  /// - Throws: `ImportFailure`.
  func doubles(_ name: String) throws(ImportFailure) -> [Double]

  /// The texts of an array of one axis; whole numbers are spelled out.
  ///
  /// - Throws: `ImportFailure`.
  func texts(_ name: String) throws(ImportFailure) -> [String]
}

/// What a file says of one of its arrays.
struct ArrayDescription: Sendable, Equatable {
  let name: String
  /// Outermost first; empty for a single element.
  let shape: [Int]
  let isText: Bool
  /// The type in words.
  let type: String
}

/// Something in a file that is no array of numbers or texts.
struct UnreadArray: Sendable, Equatable {
  let name: String
  let reason: String
  var isGroup = false
}

extension ArrayContainer {
  var unread: [UnreadArray] { [] }

  /// A failure that concerns the array `name`.
  func failure(
    _ name: String, expected: String, found: String, remedy: String = ""
  ) -> ImportFailure {
    .content(
      source: path, place: "array '\(name)'", expected: expected, found: found, remedy: remedy)
  }
}

/// Arrays of NumPy: an `.npz`, or one `.npy`.
struct NumPyContainer: ArrayContainer {
  let path: String
  let arrays: [ArrayDescription]
  private let files: [String: NPYFile]

  /// Ids and other texts are read whole.
  private static let mostTexts = 1 << 26
  /// So are lengths, times and numbers of words; a small archive can hold very many.
  private static let mostNumbers = 1 << 27

  /// The arrays of the `.npz` at `path`.
  ///
  /// - Throws: `ImportFailure`.
  init(npz path: String) throws(ImportFailure) {
    var files: [String: NPYFile] = [:]
    var names: [String] = []
    do throws(CodecFailure) {
      let archive = try NPZArchive(path: path)
      for name in archive.names {
        guard let file = try archive.file(name) else { continue }
        names.append(name)
        files[name] = file
      }
    } catch {
      throw ImportFailure(error, source: path)
    }
    self.init(path, names, files)
  }

  /// The array of the `.npy` at `path`, called `name`.
  ///
  /// - Throws: `ImportFailure`.
  init(npy path: String, name: String) throws(ImportFailure) {
    do throws(CodecFailure) {
      self.init(path, [name], [name: try NPYFile(path: path)])
    } catch {
      throw ImportFailure(error, source: path)
    }
  }

  private init(_ path: String, _ names: [String], _ files: [String: NPYFile]) {
    self.path = path
    self.files = files
    arrays = names.compactMap { name in
      files[name].map { file in
        let isText =
          switch file.type {
          case .bytes, .unicode: true
          default: false
          }
        return ArrayDescription(
          name: name, shape: file.shape, isText: isText, type: file.type.descriptor)
      }
    }
  }

  func numbers(_ name: String) throws(ImportFailure) -> any NumberArray {
    guard let file = files[name] else { throw failure(name, expected: "an array", found: "none") }
    return try NPYNumbers(file, path: path, name: name)
  }

  /// The array called `name`, which is to be read whole.
  private func small(_ name: String) throws(ImportFailure) -> NPYFile {
    guard let file = files[name] else { throw failure(name, expected: "an array", found: "none") }
    guard file.count <= Self.mostNumbers else {
      throw failure(
        name, expected: "at most \(Self.mostNumbers) numbers that describe others",
        found: "\(file.count)", remedy: "cut the file into parts")
    }
    return file
  }

  func integers(_ name: String) throws(ImportFailure) -> [Int] {
    let file = try small(name)
    var integers: [Int] = []
    var isWhole = true
    do throws(CodecFailure) {
      try file.forEachBlock { block in
        guard let more = block.integers else { isWhole = false; return false }
        integers += more
        return true
      }
    } catch {
      throw ImportFailure(error, source: path)
    }
    guard isWhole else {
      throw failure(name, expected: "whole numbers", found: file.type.descriptor)
    }
    return integers
  }

  func doubles(_ name: String) throws(ImportFailure) -> [Double] {
    let file = try small(name)
    var doubles: [Double] = []
    do throws(CodecFailure) {
      try file.forEachBlock { block in
        doubles += block.doubles ?? []
        return true
      }
    } catch {
      throw ImportFailure(error, source: path)
    }
    return doubles
  }

  func texts(_ name: String) throws(ImportFailure) -> [String] {
    guard let file = files[name] else { throw failure(name, expected: "an array", found: "none") }
    guard file.count <= Self.mostTexts / max(1, file.type.byteCount) else {
      throw failure(name, expected: "at most 64 MiB of text", found: "more")
    }
    var texts: [String] = []
    do throws(CodecFailure) {
      try file.forEachBlock { block in
        switch block {
        case .texts(let more): texts += more
        case .integers(let more): texts += more.map(String.init)
        case .unsigned(let more): texts += more.map(String.init)
        case .floats, .doubles, .flags: return false
        }
        return true
      }
    } catch {
      throw ImportFailure(error, source: path)
    }
    guard texts.count == file.count else {
      throw failure(name, expected: "texts or whole numbers", found: file.type.descriptor)
    }
    return texts
  }
}
