/// A variable of a MATLAB file: numbers, text, or cells with such.
package struct MATLABArray: Equatable, Sendable {
  package enum Content: Equatable, Sendable {
    /// Column-major. Whole numbers beyond 2⁵³ are rounded.
    case numbers([Double])
    /// One per row of the character array, without trailing blanks.
    case texts([String])
    /// Column-major.
    case cells([MATLABArray])
  }

  package let name: String
  package let dimensions: [Int]
  package let content: Content

  package init(name: String, dimensions: [Int], content: Content) {
    self.name = name
    self.dimensions = dimensions
    self.content = content
  }

  /// The texts of a character array, or of a cell array of such; nil for other content.
  package var allTexts: [String]? {
    switch content {
    case .numbers: return nil
    case .texts(let rows): return rows
    case .cells(let cells):
      var texts: [String] = []
      for cell in cells {
        guard case .texts(let rows) = cell.content, rows.count <= 1 else { return nil }
        texts.append(rows.first ?? "")
      }
      return texts
    }
  }
}

/// What stands before the data of a variable.
struct MATLABHeader {
  var name: String
  var classNumber: UInt8
  var isComplex: Bool
  var dimensions: [Int]

  /// The product of the dimensions.
  var count: Int

  /// Takes the flags, dimensions and name of a variable.
  ///
  /// - Throws: `CodecFailure`.
  init(_ stream: inout MATLABStream) throws(CodecFailure) {
    let (_, flags) = try stream.element("the array flags", limit: 8)
    guard flags.count == 8 else {
      throw .malformed(
        stream.finding(expected: "8 bytes of array flags", found: "\(flags.count)"))
    }
    let word = stream.integer(flags[0..<4])
    classNumber = UInt8(truncatingIfNeeded: word)
    isComplex = word & 0x800 != 0
    let (type, extents) = try stream.element("the dimensions", limit: 32 * 4)
    guard type == .int32 || type == .uint32, extents.count % 4 == 0, extents.count >= 8 else {
      throw .malformed(
        stream.finding(expected: "at least two dimensions", found: "\(extents.count) bytes"))
    }
    dimensions = []
    // A zero does not hide what overflows: readers multiply some of the dimensions, too.
    var most = 1
    for start in stride(from: 0, to: extents.count, by: 4) {
      let extent = Int(stream.integer(extents[start..<start + 4]))
      let (product, overflow) = most.multipliedReportingOverflow(by: max(extent, 1))
      guard extent <= Int(Int32.max), !overflow else {
        throw .malformed(stream.finding(expected: "possible dimensions", found: "\(extent)"))
      }
      dimensions.append(extent)
      most = product
    }
    count = dimensions.contains(0) ? 0 : most
    let (_, name) = try stream.element("the name", limit: 4096)
    self.name = String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// The class by its name in MATLAB.
  var className: String {
    let names = [
      "cell", "struct", "object", "char", "sparse", "double", "single", "int8", "uint8", "int16",
      "uint16", "int32", "uint32", "int64", "uint64", "function handle", "opaque object",
    ]
    let index = Int(classNumber) - 1
    return names.indices.contains(index) ? names[index] : "class \(classNumber)"
  }
}
