import CMKTFormat
import HDF5

/// Datasets of any HDF5 file as comma-separated rows: RFC 4180 with line feeds.
///
/// A dataset is a row per index of its first axis; its other axes are columns, called `2` or `2/0`
/// by their indices, or as the file calls them. A group is a table where all its datasets have one
/// axis, and the same length. Numbers read back as the same numbers.
package struct DumpTable {
  /// A dataset in the table.
  private struct Part {
    let path: String
    let type: ElementType
    /// Empty for a scalar, which is one row.
    let shape: [Int]
    let names: [String]

    var rowCount: Int { shape.first ?? 1 }
    var rowByteCount: Int { max(1, names.count * type.byteCount) }
  }

  private static let blockByteCount = 4 << 20
  /// More columns are no table that anything reads.
  private static let mostColumns = 1 << 20

  private let file: String
  private let reader: HDF5FileReader
  private let parts: [Part]

  /// Opens the dataset or group at `path` of the HDF5 file at `file`.
  ///
  /// - Throws: `noSuchObject`, `notATable`, `format`.
  package init(_ file: String, path: String) throws(InspectFailure) {
    self.file = file
    let found: [Part]
    do throws(HDF5Failure) {
      reader = try HDF5FileReader(path: file)
      found = try Self.parts(of: path, reader)
    } catch {
      if case .missingObject(_, let missing) = error {
        throw .noSuchObject(
          file: file, path: missing, known: Dump.siblings(of: missing, in: file))
      }
      throw .format(.hdf5(error))
    }
    let lengths = Set(found.map(\.rowCount))
    guard !found.isEmpty, lengths.count == 1 else { throw .notATable(file: file, path: path) }
    parts = found
  }

  package func close() { reader.close() }

  /// The names of the columns, as a line.
  package var header: String { Self.line(parts.flatMap(\.names)) }

  /// The rows that there are of `rows`, in blocks that fit into memory.
  package func blocks(of rows: RowRange) -> [Range<Int>] {
    let range = rows.rows(of: parts.first?.rowCount ?? 0)
    let step = max(1, Self.blockByteCount / parts.reduce(0) { $0 + $1.rowByteCount })
    return stride(from: range.lowerBound, to: range.upperBound, by: step).map {
      $0..<min($0 + step, range.upperBound)
    }
  }

  /// The lines of the rows `block`.
  package func lines(_ block: Range<Int>) throws(InspectFailure) -> String {
    var values: [DumpedValues] = []
    do throws(HDF5Failure) {
      for part in parts {
        let slab =
          part.shape.isEmpty
          ? nil
          : Slab(
            offset: [block.lowerBound] + part.shape.dropFirst().map { _ in 0 },
            count: [block.count] + part.shape.dropFirst())
        values.append(DumpedValues(part.type, try reader.read(part.path, slab: slab)))
      }
    } catch {
      throw .format(.hdf5(error))
    }
    var text = ""
    for row in 0..<block.count {
      var isFirst = true
      for (part, values) in zip(parts, values) {
        for index in row * part.names.count..<(row + 1) * part.names.count {
          if !isFirst { text += "," }
          isFirst = false
          text += values.field(index)
        }
      }
      text += "\n"
    }
    return text
  }

  private static func line(_ fields: [String]) -> String {
    fields.map(csvField).joined(separator: ",") + "\n"
  }

  // MARK: Columns

  private static func parts(
    of path: String, _ reader: HDF5FileReader
  ) throws(HDF5Failure) -> [Part] {
    do throws(HDF5Failure) {
      return try part(path, reader, isAlone: true).map { [$0] } ?? []
    } catch .wrongKind {
      // A group, then.
    }
    var parts: [Part] = []
    for child in try reader.children(of: path) where child.kind == .dataset {
      let inner = (path == "/" ? "/" : path + "/") + child.name
      guard let part = try part(inner, reader, isAlone: false) else { return [] }
      parts.append(part)
    }
    return parts
  }

  /// Nil where the dataset cannot be a part of a table.
  private static func part(
    _ path: String, _ reader: HDF5FileReader, isAlone: Bool
  ) throws(HDF5Failure) -> Part? {
    let info = try reader.dataset(at: path)
    guard let type = info.type else {
      throw .unsupportedType(file: reader.path, path: path, found: info.typeDescription)
    }
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let inner = Array(info.shape.dropFirst())
    if inner.isEmpty { return Part(path: path, type: type, shape: info.shape, names: [name]) }
    var count = 1
    for extent in inner {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, product <= mostColumns else { return nil }
      count = product
    }
    guard isAlone, count > 0 else { return nil }
    return Part(
      path: path, type: type, shape: info.shape,
      names: try statedNames(of: path, name, inner, reader) ?? indices(of: inner))
  }

  /// What our files call the columns of the dataset at `path`; nil where they do not.
  private static func statedNames(
    of path: String, _ name: String, _ inner: [Int], _ reader: HDF5FileReader
  ) throws(HDF5Failure) -> [String]? {
    if name == "interval", inner == [2] { return ["start_s", "end_s"] }
    let group = path.split(separator: "/").dropLast().joined(separator: "/")
    let siblings = try reader.children(of: "/" + group)
    for candidate in ["feature_names", "names"]
    where siblings.contains(where: { $0.name == candidate && $0.kind == .dataset }) {
      let place = "/\(group)/\(candidate)"
      let info = try reader.dataset(at: place)
      guard info.shape == [inner[0]], inner.dropFirst().allSatisfy({ $0 == 1 }),
        case .string(let byteCount)? = info.type,
        let names = ElementBytes.strings(in: try reader.read(place), byteCount: byteCount)
      else { continue }
      return names
    }
    return nil
  }

  /// `0`, `1`, … or `0/0`, `0/1`, … for each element behind the first axis.
  private static func indices(of inner: [Int]) -> [String] {
    inner.reduce(into: [""]) { names, extent in
      names = names.flatMap { name in
        (0..<extent).map { name.isEmpty ? "\($0)" : "\(name)/\($0)" }
      }
    }
  }
}
