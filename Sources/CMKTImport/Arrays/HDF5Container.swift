import CMKTFormat
import Codecs
import HDF5

/// Datasets of an HDF5 file: those right in one group, or one by its path.
struct HDF5Container: ArrayContainer {
  let path: String
  private(set) var arrays: [ArrayDescription] = []
  private(set) var unread: [UnreadArray] = []
  /// The dataset that was named; nil where a group was.
  private(set) var only: String?
  private let reader: HDF5FileReader
  /// By name.
  private var places: [String: String] = [:]
  private var infos: [String: DatasetInfo] = [:]

  /// The datasets of the file at `path`: in the group called `inside`, or beside the dataset of that
  /// name; nil for those at the top.
  ///
  /// - Throws: `ImportFailure`.
  init(path: String, inside: String?) throws(ImportFailure) {
    self.path = path
    var inner = inside.map { $0.hasPrefix("/") ? $0 : "/\($0)" } ?? "/"
    do throws(HDF5Failure) {
      reader = try HDF5FileReader(path: path)
      if inner != "/", try Self.isDataset(inner, reader) {
        // Those beside it may describe it.
        var parts = inner.split(separator: "/").map(String.init)
        only = parts.popLast()
        inner = "/" + parts.joined(separator: "/")
      }
      for child in try reader.children(of: inner) {
        let place = inner == "/" ? "/\(child.name)" : "\(inner)/\(child.name)"
        switch child.kind {
        case .dataset: try add(child.name, at: place)
        case .group:
          unread.append(
            UnreadArray(name: place, reason: "a group; name it: FILE::\(place)", isGroup: true))
        case .namedType: break
        case .softLink, .externalLink, .other:
          unread.append(UnreadArray(name: place, reason: "a \(child.kind.noun), not followed"))
        }
      }
      if only != nil { unread = [] }
    } catch {
      guard case .missingObject(_, let missing) = error,
        let reader = try? HDF5FileReader(path: path),
        let known = try? reader.children(of: "/")
      else { throw ImportFailure(error, source: path) }
      let names = known.prefix(8).map(\.name).joined(separator: ", ")
      throw .content(
        source: path, place: "'::\(inner)'",
        expected: names.isEmpty ? "something" : "such as \(names)",
        found: "nothing called '\(missing)'", remedy: "name a group or dataset that is there")
    }
  }

  private static func isDataset(
    _ path: String, _ reader: HDF5FileReader
  ) throws(HDF5Failure) -> Bool {
    do throws(HDF5Failure) {
      _ = try reader.dataset(at: path)
      return true
    } catch .wrongKind {
      return false
    }
  }

  private mutating func add(_ name: String, at place: String) throws(HDF5Failure) {
    let info = try reader.dataset(at: place)
    let isText =
      if case .string? = info.type { true } else { info.typeDescription.contains("string") }
    guard info.type != nil || isText, !info.isExternalOrVirtual else {
      let reason = info.isExternalOrVirtual ? "its values lie in other files" : info.typeDescription
      unread.append(UnreadArray(name: place, reason: "\(reason), which is not read"))
      return
    }
    places[name] = place
    infos[name] = info
    arrays.append(
      ArrayDescription(
        name: name, shape: info.shape, isText: isText, type: info.typeDescription))
  }

  func numbers(_ name: String) throws(ImportFailure) -> any NumberArray {
    guard let place = places[name], let info = infos[name], let type = info.type,
      let numbers = HDF5Numbers(reader, place, info, type, path)
    else {
      throw failure(
        name, expected: "numbers", found: infos[name]?.typeDescription ?? "none")
    }
    return numbers
  }

  func integers(_ name: String) throws(ImportFailure) -> [Int] {
    guard let place = places[name], let type = infos[name]?.type else {
      throw failure(name, expected: "whole numbers", found: infos[name]?.typeDescription ?? "none")
    }
    do throws(HDF5Failure) {
      let bytes = try reader.read(place)
      if let integers = ElementBytes.integers(of: type, in: bytes) { return integers }
      let exact = ElementBytes.numbers(of: type, in: bytes)?.compactMap { Int(exactly: $0) }
      if let exact, exact.count == bytes.count / type.byteCount { return exact }
    } catch {
      throw ImportFailure(error, source: path)
    }
    throw failure(name, expected: "whole numbers", found: "\(type)")
  }

  func doubles(_ name: String) throws(ImportFailure) -> [Double] {
    guard let place = places[name], let type = infos[name]?.type else {
      throw failure(name, expected: "numbers", found: infos[name]?.typeDescription ?? "none")
    }
    do throws(HDF5Failure) {
      return ElementBytes.numbers(of: type, in: try reader.read(place)) ?? []
    } catch {
      throw ImportFailure(error, source: path)
    }
  }

  func texts(_ name: String) throws(ImportFailure) -> [String] {
    guard let place = places[name], let info = infos[name] else {
      throw failure(name, expected: "texts", found: "none")
    }
    guard arrays.contains(where: { $0.name == name && $0.isText }) else {
      return try integers(name).map(String.init)
    }
    let rows: [[UInt8]]
    do throws(HDF5Failure) {
      rows = try reader.texts(at: place)
    } catch {
      throw ImportFailure(error, source: path)
    }
    var texts: [String] = []
    for (index, row) in rows.enumerated() {
      guard let text = String(validating: row.prefix { $0 != 0 }, as: UTF8.self) else {
        throw failure(
          "\(name)[\(index)]", expected: "UTF-8", found: "other bytes in a \(info.typeDescription)")
      }
      texts.append(text)
    }
    return texts
  }
}

/// Numbers of a dataset, read as whole rows of its first axis.
struct HDF5Numbers: NumberArray {
  let shape: [Int]
  let isIntegral: Bool
  private let reader: HDF5FileReader
  private let place: String
  private let type: ElementType
  private let path: String
  /// Elements in one row of the first axis.
  private let rowCount: Int

  /// Nil for text, and where the extents overflow.
  init?(
    _ reader: HDF5FileReader, _ place: String, _ info: DatasetInfo, _ type: ElementType,
    _ path: String
  ) {
    if case .string = type { return nil }
    var product = 1
    for extent in info.shape {
      let (next, overflow) = product.multipliedReportingOverflow(by: max(1, extent))
      guard !overflow else { return nil }
      product = next
    }
    self.reader = reader
    self.place = place
    self.type = type
    self.path = path
    shape = info.shape.isEmpty ? [1] : info.shape
    isIntegral = type != .float32 && type != .float64
    rowCount = info.shape.isEmpty ? 0 : info.shape.dropFirst().reduce(1, *)
  }

  func floats(in range: Range<Int>) throws(ImportFailure) -> [Float] {
    guard !range.isEmpty else { return [] }
    let bytes: [UInt8]
    var first = 0
    do throws(HDF5Failure) {
      if rowCount == 0 {
        bytes = try reader.read(place)
      } else {
        let begin = range.lowerBound / rowCount
        let end = (range.upperBound + rowCount - 1) / rowCount
        first = begin * rowCount
        bytes = try reader.read(
          place,
          slab: Slab(
            offset: [begin] + shape.dropFirst().map { _ in 0 },
            count: [end - begin] + shape.dropFirst()))
      }
    } catch {
      throw ImportFailure(error, source: path)
    }
    let values: [Float]
    switch type {
    case .float32: values = ElementBytes.values(of: Float.self, in: bytes) ?? []
    default: values = (ElementBytes.numbers(of: type, in: bytes) ?? []).map { Float($0) }
    }
    guard values.count > range.count else { return values }
    return Array(values[(range.lowerBound - first)..<(range.upperBound - first)])
  }
}
