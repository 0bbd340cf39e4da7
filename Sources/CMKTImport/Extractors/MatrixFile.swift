import Codecs
import HDF5

/// One MATLAB file of a dump with a matrix of features, `[T, D]`: version 5 or 7.3.
struct MatrixFile: Sendable {
  /// What the matrix is called; another one is taken where it is the only one.
  static let matrixName = "features"
  /// What the cells with the names of its columns are called.
  static let namesName = "names"
  /// A row has no more values than this.
  private static let mostColumns = 1 << 16
  /// How many numbers of a version 7.3 file are read in one go.
  private static let numbersAtOnce = 2 << 20

  let path: String
  /// The path from the top of the folder, or the base name.
  let name: String
  let rowCount: Int
  let columnCount: Int
  /// Of the columns; nil where the file does not tell.
  let columnNames: [String]?
  private let place: Place

  private enum Place: Sendable {
    case version5(MATLABFile, MATLABFile.Variable)
    /// The path inside; rows of the dataset are columns of the matrix.
    case version73(String, ElementType)
  }

  /// Whether the file that begins with `prefix` is one of MATLAB's, version 5 or 7.3.
  static func isMATLAB(_ prefix: [UInt8]) -> Bool {
    prefix.starts(with: Array("MATLAB 5.0 MAT-file".utf8)) || isVersion73(prefix)
  }

  private static func isVersion73(_ prefix: [UInt8]) -> Bool {
    prefix.starts(with: Array("MATLAB 7.3 MAT-file".utf8))
  }

  /// Opens the file at `path` and finds its matrix.
  ///
  /// - Throws: `ImportFailure`.
  init(_ path: String, name: String) throws(ImportFailure) {
    self.path = path
    self.name = name
    let prefix = try FileSignature.leadingBytes(of: path)
    let shape: [Int]
    if Self.isVersion73(prefix) {
      (shape, place) = try Self.openVersion73(path)
      columnNames = nil
    } else {
      do throws(CodecFailure) {
        let file = try MATLABFile(path)
        let found = file.variables.map { Found($0.name, $0.className, $0.dimensions) }
        guard let index = Self.matrix(of: found) else {
          throw .malformed(
            CodecFinding(
              "MATLAB 5", expected: Self.expected, found: Self.listed(found),
              remedy: Self.remedy))
        }
        shape = file.variables[index].dimensions
        place = .version5(file, file.variables[index])
        columnNames = try file.variable(Self.namesName).flatMap { names throws(CodecFailure) in
          names.className == "cell" || names.className == "char"
            ? try file.read(names).allTexts : nil
        }
      } catch {
        throw ImportFailure(error, source: path)
      }
    }
    rowCount = shape[0]
    columnCount = shape[1]
    guard (1...Self.mostColumns).contains(columnCount) else {
      throw .content(
        source: path, place: "its matrix", expected: "1 to \(Self.mostColumns) columns",
        found: "\(columnCount)", remedy: "save one row per frame")
    }
  }

  /// The rows of the matrix.
  ///
  /// - Throws: `ImportFailure`.
  /// - Complexity: memory for the result and some megabytes.
  func values() throws(ImportFailure) -> [Float] {
    switch place {
    case .version5(let file, let variable):
      do throws(CodecFailure) {
        return try file.rowMajorFloats(variable)
      } catch {
        throw ImportFailure(error, source: path)
      }
    case .version73(let inside, let type):
      do throws(HDF5Failure) {
        return try valuesOfVersion73(inside, type)
      } catch {
        throw .hdf5(source: path, failure: error)
      }
    }
  }

  /// The dataset at `inside` some columns of the matrix at a time, which are its rows.
  private func valuesOfVersion73(
    _ inside: String, _ type: ElementType
  ) throws(HDF5Failure) -> [Float] {
    let reader = try HDF5FileReader(path: path)
    var values = [Float](repeating: .nan, count: rowCount * columnCount)
    let step = max(1, Self.numbersAtOnce / max(1, rowCount))
    for first in stride(from: 0, to: columnCount, by: step) {
      let count = min(step, columnCount - first)
      let slab = Slab(offset: [first, 0], count: [count, rowCount])
      let numbers = ElementBytes.numbers(of: type, in: try reader.read(inside, slab: slab)) ?? []
      for (index, number) in numbers.enumerated() {
        values[index % rowCount * columnCount + first + index / rowCount] = Float(number)
      }
    }
    return values
  }

  // MARK: Finding the matrix

  /// A variable as messages show it.
  private struct Found {
    let name: String
    /// As MATLAB calls it, such as `double`.
    let type: String
    let shape: [Int]

    init(_ name: String, _ type: String, _ shape: [Int]) {
      self.name = name
      self.type = type
      self.shape = shape
    }

    /// Whether it is a full matrix of more than one number.
    var isMatrix: Bool {
      ["double", "single", "logical"].contains(type) || type.contains("int")
        ? shape.count == 2 && !shape.contains(0) && shape != [1, 1] : false
    }
  }

  private static let expected = "a full matrix of numbers called \(matrixName), or only one"
  private static let remedy = "save the features as \(matrixName), one row per frame"

  /// Which variable has the features: by its name, or the only matrix of more than one number.
  ///
  /// One that is called so and is no matrix is not passed over in favour of another.
  private static func matrix(of variables: [Found]) -> Int? {
    if let named = variables.firstIndex(where: { $0.name == matrixName }) {
      return variables[named].isMatrix ? named : nil
    }
    let possible = variables.indices.filter { variables[$0].isMatrix }
    return possible.count == 1 ? possible[0] : nil
  }

  private static func openVersion73(_ path: String) throws(ImportFailure) -> ([Int], Place) {
    var found: [Found] = []
    var types: [ElementType?] = []
    do throws(HDF5Failure) {
      let reader = try HDF5FileReader(path: path)
      for child in try reader.children(of: "/") where !child.name.hasPrefix("#") {
        guard child.kind == .dataset else {
          found.append(Found(child.name, "struct", []))
          types.append(nil)
          continue
        }
        let info = try reader.dataset(at: "/" + child.name)
        let type = info.type.flatMap { $0.isNumber ? "double" : nil } ?? "no numbers"
        found.append(Found(child.name, type, info.shape.reversed()))
        types.append(info.type)
      }
    } catch {
      throw .hdf5(source: path, failure: error)
    }
    guard let index = matrix(of: found), let type = types[index] else {
      throw .content(
        source: path, place: "/", expected: expected, found: listed(found), remedy: remedy)
    }
    return (found[index].shape, .version73("/" + found[index].name, type))
  }

  /// The variables with the reasons for which they are no features.
  private static func listed(_ variables: [Found]) -> String {
    if variables.isEmpty { return "none" }
    return variables.prefix(8).map { variable in
      let shape = variable.shape.map(String.init).joined(separator: " x ")
      let type = variable.type == "double" ? "" : variable.type
      let parts = [type, shape, variable.shape.contains(0) ? "empty" : ""]
      return "\(variable.name) (\(parts.filter { !$0.isEmpty }.joined(separator: ", ")))"
    }.joined(separator: ", ") + (variables.count > 8 ? ", …" : "")
  }
}

extension ElementType {
  fileprivate var isNumber: Bool { if case .string = self { false } else { true } }
}
