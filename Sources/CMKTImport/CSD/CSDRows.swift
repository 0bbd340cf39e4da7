import Codecs
import HDF5

/// Reads the rows of a video; chunks are fetched under HDF5's lock and inflated outside it.
extension CSDFile {
  /// The features and intervals of one group.
  struct Part {
    /// `[n, D]`; empty where the features are texts.
    var values: [Float] = []
    /// `[n, D]` texts, where they are texts.
    var texts: [String] = []
    /// `[n, 2]` seconds.
    var intervals: [Double] = []
    var rowCount: Int { intervals.count / 2 }
  }

  /// The number of features, `D`, and whether they are texts, as the group `group` has them.
  ///
  /// - Throws: `ImportFailure`.
  func shape(
    of group: String
  ) throws(ImportFailure) -> (rowCount: Int, columnCount: Int, isText: Bool) {
    let path = self.path(group, "features")
    do throws(HDF5Failure) {
      let info = try reader.dataset(at: path)
      let isText =
        if case .string? = info.type { true } else { info.typeDescription.contains("string") }
      guard let rowCount = info.shape.first else {
        throw .unsupportedType(file: self.path, path: path, found: "a single value")
      }
      // Refused later, with the values, where the product is beyond all bounds.
      let columnCount = info.shape.dropFirst().reduce(1) {
        $0.multipliedReportingOverflow(by: $1).partialValue
      }
      return (rowCount, max(0, columnCount), isText)
    } catch .missingObject {
      throw missing("features", in: group)
    } catch {
      throw ImportFailure(error, source: self.path)
    }
  }

  private func missing(_ name: String, in group: String) -> ImportFailure {
    .content(
      source: path, place: "/\(root)/data/\(group)", expected: "features and intervals",
      found: "no \(name)", remedy: "leave this entry out, or copy the file again")
  }

  /// The rows of the group `group`, which must have `columnCount` columns.
  ///
  /// - Throws: `ImportFailure`.
  func part(_ group: String, columnCount: Int, isText: Bool) throws(ImportFailure) -> Part {
    let shape = try shape(of: group)
    guard shape.rowCount > 0 else { return Part() }
    guard shape.columnCount == columnCount, shape.isText == isText else {
      let found = shape.isText ? "\(shape.columnCount) texts" : "\(shape.columnCount) numbers"
      throw .content(
        source: path, place: self.path(group, "features"),
        expected: "\(columnCount) \(isText ? "texts" : "numbers") per row, as in the entry before",
        found: found, remedy: "leave this entry out, or import the file it belongs to by itself")
    }
    var part = Part()
    if isText {
      part.texts = try texts(at: self.path(group, "features"))
    } else {
      part.values = try floats(at: self.path(group, "features"))
    }
    part.intervals = try intervals(of: group, rowCount: shape.rowCount)
    return part
  }

  /// The intervals of the group `group`, `[n, 2]` seconds.
  private func intervals(of group: String, rowCount: Int) throws(ImportFailure) -> [Double] {
    let path = path(group, "intervals")
    let content: Content
    do throws(HDF5Failure) {
      content = try self.content(of: path)
    } catch .missingObject {
      throw missing("intervals", in: group)
    } catch {
      throw ImportFailure(error, source: self.path)
    }
    let times = try doubles(content, path)
    guard content.shape.first == rowCount, times.count == 2 * rowCount else {
      throw .content(
        source: self.path, place: path,
        expected: "\(rowCount) rows of start and end, as many as features have rows",
        found: "an array of \(content.shape.map(String.init).joined(separator: " x "))",
        remedy: "leave this entry out")
    }
    if let index = times.firstIndex(where: { !$0.isFinite }) {
      throw .content(
        source: self.path, place: "\(path), row \(index / 2)", expected: "seconds",
        found: "\(times[index])", remedy: "correct or remove the row")
    }
    return times
  }

  private func path(_ group: String, _ name: String) -> String { "/\(root)/data/\(group)/\(name)" }

  private func texts(at path: String) throws(ImportFailure) -> [String] {
    do throws(HDF5Failure) {
      return try reader.texts(at: path).map { String(decoding: $0, as: UTF8.self) }
    } catch {
      throw ImportFailure(error, source: self.path)
    }
  }

  private func floats(at path: String) throws(ImportFailure) -> [Float] {
    let content: Content
    do throws(HDF5Failure) {
      content = try self.content(of: path)
    } catch {
      throw ImportFailure(error, source: self.path)
    }
    if content.type == .float32, let values = ElementBytes.values(of: Float.self, in: content.bytes)
    {
      return values
    }
    return try doubles(content, path).map { Float($0) }
  }

  private func doubles(_ content: Content, _ path: String) throws(ImportFailure) -> [Double] {
    if let numbers = ElementBytes.numbers(of: content.type, in: content.bytes) { return numbers }
    throw .content(
      source: self.path, place: path, expected: "numbers", found: content.type.description,
      remedy: "leave this entry out")
  }

  /// What a dataset holds, little-endian and row-major.
  private struct Content {
    let shape: [Int]
    let type: ElementType
    let bytes: [UInt8]
  }

  private func content(of path: String) throws(HDF5Failure) -> Content {
    guard let raw = try reader.rawDataset(path), let type = raw.info.type else {
      let info = try reader.dataset(at: path)
      guard let type = info.type else {
        throw HDF5Failure.unsupportedType(file: self.path, path: path, found: info.typeDescription)
      }
      return Content(shape: info.shape, type: type, bytes: try reader.read(path))
    }
    do throws(CodecFailure) {
      return Content(shape: raw.info.shape, type: type, bytes: try raw.values())
    } catch {
      throw HDF5Failure.library(
        operation: "read a chunk", file: self.path, path: path,
        stack: [HDF5StackEntry(function: "filter", message: error.description)])
    }
  }
}
