import CMKTFormat
import Codecs

/// Numbers in a file, read range by range in row-major order; safe from several threads.
protocol NumberArray: Sendable {
  /// Outermost first.
  var shape: [Int] { get }
  /// Whether the type holds whole numbers or flags.
  var isIntegral: Bool { get }

  /// The elements of `range`, nearest single precision.
  ///
  /// - Precondition: the array has them.
  /// - Throws: `ImportFailure`.
  func floats(in range: Range<Int>) throws(ImportFailure) -> [Float]
}

extension NumberArray {
  /// The number of elements; readers have checked that it does not overflow.
  var count: Int { shape.contains(0) ? 0 : shape.reduce(1, *) }

  /// What `read` gives for the parts of `range`; in memory are the whole and one part.
  static func inParts<Failure: Error>(
    _ range: Range<Int>, _ read: (Range<Int>) throws(Failure) -> [Float]
  ) throws(Failure) -> [Float] {
    let step = 1 << 20
    guard range.count > step else { return try read(range) }
    var values: [Float] = []
    values.reserveCapacity(range.count)
    for begin in stride(from: range.lowerBound, to: range.upperBound, by: step) {
      values += try read(begin..<min(range.upperBound, begin + step))
    }
    return values
  }
}

/// A NumPy array: read where it lies, or from a copy where it cannot be.
struct NPYNumbers: NumberArray {
  let shape: [Int]
  let isIntegral: Bool
  private let file: NPYFile
  private let path: String
  /// Of a deflated array, or one whose first axis varies fastest.
  private let copy: ScratchArray<Float>?

  /// Arrays up to this size are turned over in memory.
  private static let mostInMemory = 16 << 20
  /// Shorter parts of columns are not read one by one.
  private static let shortestRead = 1024

  /// - Throws: `ImportFailure`.
  init(_ file: NPYFile, path: String, name: String) throws(ImportFailure) {
    switch file.type {
    case .bytes, .unicode:
      throw .content(
        source: path, place: "array '\(name)'", expected: "numbers", found: file.type.descriptor,
        remedy: "give an array of numbers")
    default: break
    }
    self.file = file
    self.path = path
    shape = file.shape
    isIntegral = !file.type.isFloatingPoint
    var copy: ScratchArray<Float>?
    if !file.isSeekable { copy = try Self.spooled(file, path) }
    if file.isColumnMajor {
      let whole = copy
      copy = try Self.turned(file.shape, path) { (range) throws(ImportFailure) in
        try Self.elements(range, file, whole, path)
      }
    }
    self.copy = copy
  }

  func floats(in range: Range<Int>) throws(ImportFailure) -> [Float] {
    try Self.elements(range, file, copy, path)
  }

  private static func elements(
    _ range: Range<Int>, _ file: NPYFile, _ copy: ScratchArray<Float>?, _ path: String
  ) throws(ImportFailure) -> [Float] {
    guard let copy else {
      do throws(CodecFailure) {
        return try inParts(range) { (part) throws(CodecFailure) in
          try file.elements(in: part).floats ?? []
        }
      } catch {
        throw ImportFailure(error, source: path)
      }
    }
    do throws(ScratchFailure) {
      return try copy.elements(in: range)
    } catch {
      throw .scratch(error)
    }
  }

  private static func spooled(
    _ file: NPYFile, _ path: String
  ) throws(ImportFailure) -> ScratchArray<Float> {
    let copy = ScratchArray<Float>()
    var failure: ScratchFailure?
    do throws(CodecFailure) {
      try file.forEachBlock { block in
        do throws(ScratchFailure) {
          try copy.append(block.floats ?? [])
          return true
        } catch {
          failure = error
          return false
        }
      }
    } catch {
      throw ImportFailure(error, source: path)
    }
    if let failure { throw .scratch(failure) }
    return copy
  }

  /// Elements in column-major order, read by `read`, in row-major order.
  private static func turned(
    _ shape: [Int], _ path: String, _ read: (Range<Int>) throws(ImportFailure) -> [Float]
  ) throws(ImportFailure) -> ScratchArray<Float> {
    let copy = ScratchArray<Float>()
    let inner = Array(shape.dropFirst())
    let width = inner.reduce(1, *)
    guard let rowCount = shape.first, rowCount > 0, width > 0 else { return copy }
    let strides = inner.indices.map { inner[($0 + 1)...].reduce(1, *) }
    let step = min(rowCount, max(1, mostInMemory / width))
    // Whole columns are read many at once, unless the part that is wanted of each is long.
    let isWhole = step < shortestRead
    let group = isWhole ? max(1, mostInMemory / rowCount) : 1
    for begin in stride(from: 0, to: rowCount, by: step) {
      let rows = begin..<min(rowCount, begin + step)
      var block = [Float](repeating: 0, count: rows.count * width)
      var index = [Int](repeating: 0, count: inner.count)
      var place = 0
      for first in stride(from: 0, to: width, by: group) {
        let columns = first..<min(width, first + group)
        let wanted = isWhole ? 0..<rowCount : rows
        let values = try read(
          first * rowCount + wanted.lowerBound..<(columns.upperBound - 1) * rowCount
            + wanted.upperBound)
        for column in columns {
          let start = (column - first) * rowCount - wanted.lowerBound
          for row in rows { block[(row - begin) * width + place] = values[start + row] }
          for axis in inner.indices {
            index[axis] += 1
            place += strides[axis]
            if index[axis] < inner[axis] { break }
            place -= index[axis] * strides[axis]
            index[axis] = 0
          }
        }
      }
      do throws(ScratchFailure) {
        try copy.append(block)
      } catch {
        throw .scratch(error)
      }
    }
    return copy
  }
}
