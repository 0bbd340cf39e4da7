import CMKTFormat
import Codecs
import HDF5

/// One thing in which two files differ.
package struct Difference: Sendable, Equatable {
  /// In what two objects of a path differ.
  package enum Aspect: String, Sendable {
    case onlyInFirst = "only in the first"
    case onlyInSecond = "only in the second"
    case kind, type, shape, values
    /// Something that cannot be read, so nothing can be said about it.
    case notCompared = "not compared"
  }

  /// `/path`, or `/path@attribute`.
  package var path: String
  package var aspect: Aspect
  /// What stands there in each file; of values, the first that differs.
  package var first: String
  package var second: String
  /// Where that value is: `[i, j]`, or the path in a JSON document.
  package var place = ""
  package var differingCount: Int?
  package var valueCount: Int?
  package var largestAbsolute: Double?
  package var largestRelative: Double?
}

/// Compares two HDF5 files object by object, value by value, in blocks.
package struct FileDifference: Sendable {
  package private(set) var differences: [Difference] = []
  package private(set) var objectCount = 0
  package private(set) var attributeCount = 0
  package private(set) var valueCount = 0
  /// Values that differ within the tolerance.
  package private(set) var toleratedCount = 0
  package private(set) var ignoredCount = 0

  private let first: any HDF5Reading
  private let second: any HDF5Reading
  private let options: DifferenceOptions
  private let isReordered: Bool

  private static let blockByteCount = 4 << 20
  private static let longestDocument = 1 << 20
  /// Sums over rows in another order differ by rounding.
  private static let reorderedStatisticsTolerance = 1e-9

  /// Compares the files at two paths; memory is bounded whatever their size.
  ///
  /// Storage (chunks, filters) is no content and not compared. Digests follow from the rest, and
  /// so they are compared where all the rest is exactly equal: they tell of damage then.
  ///
  /// - Throws: `InspectFailure.format`.
  package init(
    between first: String, and second: String, _ options: DifferenceOptions
  ) throws(InspectFailure) {
    do throws(HDF5Failure) {
      let left = try HDF5FileReader(path: first)
      defer { left.close() }
      let right = try HDF5FileReader(path: second)
      defer { right.close() }
      try self.init(between: left, and: right, options)
    } catch {
      throw .format(.hdf5(error))
    }
    // Files of the same bytes hold the same, whether or not it can be read.
    if differences.contains(where: { $0.aspect == .notCompared }),
      let digest = try? SHA256.digest(ofFile: first).hex,
      digest == (try? SHA256.digest(ofFile: second).hex)
    {
      differences.removeAll { $0.aspect == .notCompared }
    }
  }

  init(
    between first: any HDF5Reading, and second: any HDF5Reading, _ options: DifferenceOptions
  ) throws(HDF5Failure) {
    self.first = first
    let ordered = options.inAnyOrder ? try SequenceOrder(of: second, like: first) : nil
    self.second = ordered ?? second
    isReordered = ordered != nil
    self.options = options
    let left = try Inventory(of: first)
    let right = try Inventory(of: second)
    addUnreadable(left, right)
    let paths = Set(left.objects.map(\.path)).union(right.objects.map(\.path))
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let digests = paths.filter { isWithin($0, "/digests") }
    try compare(paths.filter { !isWithin($0, "/digests") }, left, right)
    if differences.isEmpty, toleratedCount == 0, ignoredCount == 0, ordered == nil {
      try compare(digests, left, right)
    }
  }

  private mutating func compare(
    _ paths: [String], _ left: Inventory, _ right: Inventory
  ) throws(HDF5Failure) {
    var missing: Set<Substring> = []
    for path in paths {
      if options.isIgnored(path) {
        ignoredCount += 1
        continue
      }
      // What a missing group holds is missing too, and is not listed.
      if missing.contains(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) {
        missing.insert(path[...])
        continue
      }
      switch (left.object(at: path), right.object(at: path)) {
      case (let a?, let b?):
        objectCount += 1
        try compare(a, b)
      case (let object?, nil):
        missing.insert(path[...])
        add(path, .onlyInFirst, description(of: object, in: left), "–")
      case (nil, let object?):
        missing.insert(path[...])
        add(path, .onlyInSecond, "–", description(of: object, in: right))
      case (nil, nil): break
      }
    }
  }

  private mutating func add(
    _ path: String, _ aspect: Difference.Aspect, _ first: String, _ second: String
  ) {
    differences.append(Difference(path: path, aspect: aspect, first: first, second: second))
  }

  private mutating func addUnreadable(_ left: Inventory, _ right: Inventory) {
    for finding in left.findings where !options.isIgnored(finding.path) {
      add(finding.path, .notCompared, finding.message, "–")
    }
    for finding in right.findings where !options.isIgnored(finding.path) {
      add(finding.path, .notCompared, "–", finding.message)
    }
  }

  private func description(of object: Inventory.Object, in inventory: Inventory) -> String {
    if let info = object.info { return "\(info.typeDescription) \(info.shape)" }
    let count = inventory.objects.count { isWithin($0.path, object.path) } - 1
    return count == 1 ? "group of 1 object" : "group of \(count) objects"
  }

  // MARK: One object

  private mutating func compare(
    _ a: Inventory.Object, _ b: Inventory.Object
  ) throws(HDF5Failure) {
    compareAttributes(a, b)
    switch (a.info, b.info) {
    case (nil, nil): return
    case (let left?, let right?): try compare(left, right, at: a.path)
    default:
      add(a.path, .kind, a.info == nil ? "group" : "dataset", b.info == nil ? "group" : "dataset")
    }
  }

  private mutating func compareAttributes(_ a: Inventory.Object, _ b: Inventory.Object) {
    let names = Set(a.attributes.map(\.name)).union(b.attributes.map(\.name))
    for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
      let path = "\(a.path)@\(name)"
      if options.isIgnored(path) {
        ignoredCount += 1
        continue
      }
      attributeCount += 1
      switch (a.attribute(name), b.attribute(name)) {
      case (let left?, let right?): compare(left, right, at: path)
      case (let left?, nil): add(path, .onlyInFirst, text(of: left), "–")
      case (nil, let right?): add(path, .onlyInSecond, "–", text(of: right))
      case (nil, nil): break
      }
    }
  }

  private func text(of attribute: Attribute) -> String {
    let values = DumpedValues(attribute.type, attribute.bytes)
    if attribute.type == nil { return attribute.typeDescription }
    return values.count == 1
      ? values.text(0) : "[" + values.texts(8).joined(separator: ", ") + "]"
  }

  private mutating func compare(_ a: Attribute, _ b: Attribute, at path: String) {
    guard
      let (left, right) = comparableTypes(
        a.type, a.typeDescription, b.type, b.typeDescription, path)
    else { return }
    guard a.shape == b.shape else {
      add(path, .values, text(of: a), text(of: b))
      return
    }
    var difference = ValueDifference()
    difference.add(a.bytes, left, b.bytes, right, at: nil, options)
    add(difference, at: path)
  }

  /// The types of two objects whose values can be compared; otherwise a difference is noted.
  private mutating func comparableTypes(
    _ a: ElementType?, _ aDescription: String, _ b: ElementType?, _ bDescription: String,
    _ path: String
  ) -> (ElementType, ElementType)? {
    guard let a, let b else {
      let aspect: Difference.Aspect = aDescription == bDescription ? .notCompared : .type
      add(path, aspect, aDescription, bDescription)
      return nil
    }
    // The length that texts are padded to is no content.
    if case .string = a, case .string = b { return (a, b) }
    if aDescription != bDescription { add(path, .type, aDescription, bDescription) }
    return a.isComparable(with: b) ? (a, b) : nil
  }

  // MARK: Values

  private mutating func compare(
    _ a: DatasetInfo, _ b: DatasetInfo, at path: String
  ) throws(HDF5Failure) {
    guard
      let (left, right) = comparableTypes(
        a.type, a.typeDescription, b.type, b.typeDescription, path)
    else { return }
    if left == .uint8, right == .uint8, try compareDocuments(a, b, at: path) { return }
    guard a.shape == b.shape else {
      add(path, .shape, "\(a.shape)", "\(b.shape)")
      return
    }
    guard !a.shape.contains(0) else { return }
    var options = options
    if isReordered, isWithin(path, "/statistics") {
      options.relative = max(options.relative, Self.reorderedStatisticsTolerance)
    }
    var difference = ValueDifference()
    let width = max(left.byteCount, right.byteCount)
    guard !a.shape.isEmpty else {
      difference.add(try first.read(path), left, try second.read(path), right, at: nil, options)
      add(difference, at: path)
      return
    }
    let blocks = RowMajorBlocks(
      of: a.shape, elementByteCount: width, blockByteCount: Self.blockByteCount)
    for slab in blocks {
      difference.add(
        try first.read(path, slab: slab), left, try second.read(path, slab: slab), right,
        at: slab, options)
    }
    add(difference, at: path)
  }

  private mutating func add(_ difference: ValueDifference, at path: String) {
    valueCount += difference.valueCount
    toleratedCount += difference.toleratedCount
    guard difference.differingCount > 0 else { return }
    differences.append(
      Difference(
        path: path, aspect: .values, first: difference.first, second: difference.second,
        place: difference.place, differingCount: difference.differingCount,
        valueCount: difference.valueCount, largestAbsolute: difference.largestAbsolute,
        largestRelative: difference.largestRelative))
  }

  /// Compares two JSON documents, such as recipes, member by member.
  ///
  /// - Returns: whether both are JSON documents.
  private mutating func compareDocuments(
    _ a: DatasetInfo, _ b: DatasetInfo, at path: String
  ) throws(HDF5Failure) -> Bool {
    func isShort(_ info: DatasetInfo) -> Bool {
      info.shape.count == 1 && (1...Self.longestDocument).contains(info.shape[0])
    }
    guard isShort(a), isShort(b) else { return false }
    let left = try first.read(path)
    let right = try second.read(path)
    guard left != right else {
      valueCount += left.count
      return true
    }
    guard let members = JSONLeaves(left)?.texts, let others = JSONLeaves(right)?.texts else {
      return false
    }
    let before = differences.count
    for member in Set(members.keys).union(others.keys).sorted() {
      let (mine, theirs) = (members[member], others[member])
      if mine == theirs { continue }
      differences.append(
        Difference(
          path: path, aspect: .values, first: mine ?? "–", second: theirs ?? "–", place: member))
    }
    if differences.count == before { add(path, .values, "another spelling", "of equal JSON") }
    return true
  }
}

/// Whether `path` is `group` or lies in it.
private func isWithin(_ path: String, _ group: String) -> Bool {
  group == "/" || path == group || path.hasPrefix(group + "/")
}
