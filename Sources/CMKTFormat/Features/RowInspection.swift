import HDF5

/// Looks at rows that stay outside memory, as they pass by: finite values, and flags of 0 or 1.
struct RowInspection {
  private(set) var findings: [Finding] = []
  /// The columns of each dataset of rows, by path.
  private let columnCounts: [String: Int]
  private var seen: Set<String> = []

  /// For the modalities `names` of a file of sound structure.
  init(of names: [String], in content: FileContent) {
    var counts: [String: Int] = [:]
    for name in names {
      for path in ["/modalities/\(name)/values", "/modalities/\(name)/valid"] {
        let shape = content.shape(path)
        counts[path] = shape.count == 2 ? shape[1] : 1
      }
    }
    columnCounts = counts
  }

  /// Looks at `bytes`, the rows from `firstRow` on of the dataset at `path`.
  mutating func add(_ path: String, _ firstRow: Int, _ bytes: [UInt8]) {
    guard let width = columnCounts[path], !seen.contains(path) else { return }
    if path.hasSuffix("/values") {
      let values = ElementBytes.values(of: Float.self, in: bytes) ?? []
      // The sum of finite numbers in double precision is finite, and sums are quick.
      guard !values.reduce(0, { $0 + Double($1) }).isFinite else { return }
      guard let index = values.firstIndex(where: { !$0.isFinite }) else { return }
      seen.insert(path)
      findings.append(
        FeaturesChecks.notFinite(
          values[index], firstRow * width + index, columns: width, at: path))
    } else if let index = bytes.firstIndex(where: { $0 > 1 }) {
      seen.insert(path)
      findings.append(
        Finding(
          .flags, path,
          "expected 0 or 1, found \(bytes[index]) at element \(firstRow * width + index)"))
    }
  }
}
