import Codecs

/// One file of a challenge: an open table, and what its columns are for.
///
/// Columns are told apart by name and type, never by position: copies of the same features have
/// the name of the instance, the time, both, or neither.
struct ChallengeTable: Sendable {
  let path: String
  let table: TextTable
  /// The column with the name of the instance.
  let nameColumn: Int?
  /// The column with the time of the row, seconds.
  let timeColumn: Int?
  /// The columns with features or labels.
  let valueColumns: [Int]

  private static let instanceNames: Set<String> = ["name", "instance_name", "instancename"]
  private static let timeNames: Set<String> = ["frametime", "time", "timestamp"]
  private static let otherNames: Set<String> = ["class", "frameindex", "framelength"]
  /// How many rows tell whether a column without a name holds times.
  private static let sampleCount = 64

  /// Opens the file at `path`.
  ///
  /// - Throws: `ImportFailure`.
  init(_ path: String) throws(ImportFailure) {
    self.path = path
    let prefix = try FileSignature.leadingBytes(of: path)
    let signature = FileSignature(prefix: prefix)
    guard [.arff, .unknown].contains(signature) else {
      throw .unrecognised(source: path, found: signature.noun, remedy: signature.remedy)
    }
    let columns: (name: Int?, time: Int?)
    do throws(CodecFailure) {
      table =
        Self.isARFF(prefix)
        ? try .arff(.file(path: path)) : try .delimited(.file(path: path))
      columns = try table.hasNames ? Self.named(table) : Self.sampled(table)
    } catch {
      throw ImportFailure(error, source: path)
    }
    nameColumn = columns.name
    timeColumn = columns.time
    let table = table
    valueColumns = table.columns.indices.filter { index in
      guard index != columns.name, index != columns.time else { return false }
      let column = table.columns[index]
      let known = Self.otherNames.union(Self.timeNames).union(Self.instanceNames)
      return [.number, .undeclared].contains(column.kind)
        && !known.contains(column.name.lowercased())
    }
    guard !valueColumns.isEmpty else {
      throw .content(
        source: path, place: "columns", expected: "features or labels beside name and time",
        found: "none", remedy: "copy the file again")
    }
  }

  /// Whether the file at `path` is text in rows, as far as its first bytes tell.
  static func isReadable(_ path: String) -> Bool {
    guard let prefix = try? FileBytes(path).next(upTo: FileSignature.prefixLength) else {
      return false
    }
    switch FileSignature(prefix: prefix) {
    case .arff: return true
    case .unknown:
      return isARFF(prefix)
        || !prefix.contains(0) && prefix.contains { Array(",;\t|".utf8).contains($0) }
    default: return false
    }
  }

  /// Whether the first line that is no remark begins with `@`.
  static func isARFF(_ prefix: [UInt8]) -> Bool {
    let text = String(decoding: prefix, as: UTF8.self)
    let first = text.split(whereSeparator: \.isNewline).lazy
      .map { $0.drop { $0.isWhitespace || $0 == "\u{feff}" } }
      .first { !$0.isEmpty && $0.first != "%" }
    return first?.first == "@"
  }

  /// The name of value column `index`, counted among these; empty where it has none.
  func valueName(_ index: Int) -> String { table.columns[valueColumns[index]].name }

  /// Where names say which columns hold instances and times.
  private static func named(_ table: TextTable) -> (name: Int?, time: Int?) {
    let names = table.columns.map { $0.name.lowercased() }
    let name = names.indices.first { index in
      instanceNames.contains(names[index]) && table.columns[index].kind != .number
    }
    let time = names.indices.first { index in
      timeNames.contains(names[index])
        && [.number, .undeclared].contains(table.columns[index].kind)
    }
    return (name, time)
  }

  /// Where the first rows of a table without names show it: text is a name, and a column that
  /// grows in equal steps from 0 or more, at the beginning of the row, is the time.
  private static func sampled(
    _ table: TextTable
  ) throws(CodecFailure) -> (name: Int?, time: Int?) {
    var rows = try table.rows(numbers: [], texts: Array(table.columns.indices.prefix(2)))
    var cells: [[String]] = []
    while cells.count < sampleCount, try rows.next() { cells.append(rows.texts) }
    guard let first = cells.first else { return (nil, nil) }
    let point = table.dialect.point
    let name = DecimalNumber.parse(first[0], point: point) == nil ? 0 : nil
    let candidate = name == nil ? 0 : 1
    guard first.count > candidate else { return (name, nil) }
    let times = cells.compactMap { DecimalNumber.parse($0[candidate], point: point) }
    guard times.count == cells.count, times.count > 1, times[0] >= 0 else { return (name, nil) }
    let steps = zip(times.dropFirst(), times).map { $0 - $1 }
    let step = steps[0]
    let isTime = step > 0 && steps.allSatisfy { abs($0 - step) <= 0.25 * step }
    return (name, isTime ? candidate : nil)
  }
}
