import CMKTFormat
package import HDF5

/// One object of a file with what stands in it, for people and programs.
package struct DumpedObject: Sendable, Equatable {
  package var path: String
  /// Nil for anything but a dataset.
  package var type: String?
  package var shape: [Int]
  package var kind: Child.Kind
  package var attributes: [DumpedAttribute]
  /// The first values, row-major; empty for a group.
  package var values: ReportValue
  /// Values in words, a line per row of the innermost axis.
  package var lines: [String]
  /// Whether there are more values than shown.
  package var isCut: Bool
  /// Why no values are shown; nil where they are, or where there are none.
  package var refusal: String?
}

/// An attribute and its value.
package struct DumpedAttribute: Sendable, Equatable {
  package var name: String
  package var type: String
  package var value: ReportCell
}

/// Reads any HDF5 file object by object.
package enum Dump {
  /// What is shown of each dataset.
  private struct Extent {
    let rows: RowRange
    let isWide: Bool
  }

  /// How deep and how much is read.
  private static let maximumObjectCount = 100_000
  private static let maximumDepth = 32

  /// The objects at and below `path` of the file at `file`.
  ///
  /// Soft and external links are listed and not followed.
  ///
  /// - Parameters:
  ///   - rows: those shown of each dataset.
  ///   - isWide: whether all columns are shown to people.
  ///   - visit: receives one object after the other.
  /// - Throws: `noSuchObject` with the names that there are; `format` where the file is bad.
  package static func walk(
    _ file: String, path: String, rows: RowRange, isWide: Bool = false,
    visit: (DumpedObject) -> Void
  ) throws(InspectFailure) {
    do throws(HDF5Failure) {
      let reader = try HDF5FileReader(path: file)
      defer { reader.close() }
      try walk(reader, path, Extent(rows: rows, isWide: isWide), visit)
    } catch {
      if case .missingObject(_, let missing) = error {
        throw .noSuchObject(file: file, path: missing, known: siblings(of: missing, in: file))
      }
      throw .format(.hdf5(error))
    }
  }

  /// Nil where `path` is a group; other failures are final, since the library may answer
  /// otherwise when it is asked again.
  private static func datasetItself(
    at path: String, _ reader: HDF5FileReader
  ) throws(HDF5Failure) -> DatasetInfo? {
    do throws(HDF5Failure) {
      return try reader.dataset(at: path)
    } catch .wrongKind {
      return nil
    }
  }

  private static func walk(
    _ reader: HDF5FileReader, _ path: String, _ extent: Extent, _ visit: (DumpedObject) -> Void
  ) throws(HDF5Failure) {
    // A dataset by name is dumped by itself.
    if let dataset = try datasetItself(at: path, reader) {
      visit(try dump(dataset, path, reader, extent))
      return
    }
    var pending = [(path: path, depth: 0)]
    var count = 0
    while let group = pending.popLast() {
      let children = try reader.children(of: group.path)
      visit(
        DumpedObject(
          path: group.path, type: nil, shape: [], kind: .group,
          attributes: try attributes(of: group.path, reader), values: .missing, lines: [],
          isCut: group.depth >= maximumDepth))
      var groups: [(path: String, depth: Int)] = []
      for child in children {
        count += 1
        let inner = (group.path == "/" ? "/" : group.path + "/") + child.name
        switch child.kind {
        case .dataset:
          visit(try dump(try reader.dataset(at: inner), inner, reader, extent))
        // An object with several names could hold itself.
        case .group
        where child.linkCount == 1 && group.depth < maximumDepth
          && count < maximumObjectCount:
          groups.append((inner, group.depth + 1))
        default:
          visit(
            DumpedObject(
              path: inner, type: nil, shape: [], kind: child.kind, attributes: [],
              values: .missing, lines: [], isCut: child.kind == .group))
        }
      }
      pending += groups.reversed()
    }
  }

  static func siblings(of path: String, in file: String) -> [String] {
    let parent = path.split(separator: "/").dropLast().joined(separator: "/")
    guard let reader = try? HDF5FileReader(path: file),
      let children = try? reader.children(of: "/" + parent)
    else { return [] }
    return children.prefix(20).map(\.name)
  }

  private static func attributes(
    of path: String, _ reader: HDF5FileReader
  ) throws(HDF5Failure) -> [DumpedAttribute] {
    try reader.attributes(of: path).map { attribute in
      let values = DumpedValues(attribute.type, attribute.bytes)
      let text =
        attribute.type == nil
        ? "(not read: \(attribute.typeDescription))"
        : values.count == 1 ? values.text(0) : "[" + values.texts(64).joined(separator: ", ") + "]"
      return DumpedAttribute(
        name: attribute.name, type: attribute.typeDescription,
        value: ReportCell(values.count == 1 ? values.value(0) : values.list, text))
    }
  }

  private static func dump(
    _ info: DatasetInfo, _ path: String, _ reader: HDF5FileReader, _ extent: Extent
  ) throws(HDF5Failure) -> DumpedObject {
    var object = DumpedObject(
      path: path, type: info.typeDescription, shape: info.shape, kind: .dataset,
      attributes: try attributes(of: path, reader), values: .missing, lines: [], isCut: false)
    let rowCount = info.shape.first ?? 1
    guard let type = info.type, !info.isExternalOrVirtual else {
      if !info.isExternalOrVirtual, let texts = try? reader.texts(at: path) {
        show(texts, of: info.shape, extent, in: &object)
        return object
      }
      object.isCut = true
      object.refusal =
        info.isExternalOrVirtual
        ? "its values lie in other files" : try reader.typeDetail(at: path)
      return object
    }
    // Long text, such as a recipe, is stored as bytes and short enough to be shown whole.
    if type == .uint8, info.shape.count == 1, rowCount <= 1 << 20,
      let text = document(try reader.read(path))
    {
      object.values = .text(text)
      object.lines = text.split(separator: "\n").map(String.init)
      return object
    }
    let shown = extent.rows.rows(of: rowCount)
    let slab =
      info.shape.isEmpty || shown.count == rowCount
      ? nil
      : Slab(
        offset: [shown.lowerBound] + info.shape.dropFirst().map { _ in 0 },
        count: [shown.count] + info.shape.dropFirst())
    let values = DumpedValues(type, try reader.read(path, slab: slab))
    show(values, of: info.shape, extent, in: &object)
    return object
  }

  /// Texts of variable length, which are read whole.
  private static func show(
    _ texts: [[UInt8]], of shape: [Int], _ extent: Extent, in object: inout DumpedObject
  ) {
    let rowCount = shape.first ?? 1
    let width = rowCount > 0 ? texts.count / rowCount : 0
    let shown = extent.rows.rows(of: rowCount)
    let (begin, _) = shown.lowerBound.multipliedReportingOverflow(by: width)
    show(
      DumpedValues(texts.dropFirst(begin).prefix(shown.count * width).map(EscapedText.text)),
      of: shape, extent, in: &object)
  }

  /// The values of the rows that `extent` has of a dataset.
  private static func show(
    _ values: DumpedValues, of shape: [Int], _ extent: Extent, in object: inout DumpedObject
  ) {
    let rowCount = shape.first ?? 1
    let shown = extent.rows.rows(of: rowCount)
    object.values = values.list
    object.isCut = shown.count < rowCount
    let width = shape.count > 1 ? values.count / max(1, shown.count) : 8
    object.lines = values.lines(width: width, limit: extent.isWide ? nil : 8)
  }

  /// `bytes` as text where they are a JSON document.
  private static func document(_ bytes: [UInt8]) -> String? {
    guard bytes.first == UInt8(ascii: "{") || bytes.first == UInt8(ascii: "[") else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }
}
