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
    let prefix: [UInt8]
    do throws(CodecFailure) {
      prefix = try FileBytes(path).next(upTo: FileSignature.prefixLength)
    } catch {
      throw ImportFailure(error, source: path)
    }
    let shape: [Int]
    if Self.isVersion73(prefix) {
      (shape, place) = try Self.openVersion73(path)
      columnNames = nil
    } else {
      do throws(CodecFailure) {
        let file = try MATLABFile(path)
        guard let variable = Self.matrix(of: file.variables) else {
          throw .malformed(
            CodecFinding(
              "MATLAB 5", expected: "a matrix called \(Self.matrixName), or only one",
              found: Self.listed(file.variables.map { ($0.name, $0.dimensions) }),
              remedy: "save the features as \(Self.matrixName)"))
        }
        shape = variable.dimensions
        place = .version5(file, variable)
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
  func values() throws(ImportFailure) -> [Float] {
    switch place {
    case .version5(let file, let variable):
      do throws(CodecFailure) {
        return try file.read(variable).rowMajorFloats ?? []
      } catch {
        throw ImportFailure(error, source: path)
      }
    case .version73(let inside, let type):
      do throws(HDF5Failure) {
        let bytes = try HDF5FileReader(path: path).read(inside)
        let numbers = ElementBytes.numbers(of: type, in: bytes) ?? []
        return MATLABArray(
          name: inside, dimensions: [rowCount, columnCount], content: .numbers(numbers)
        ).rowMajorFloats ?? []
      } catch {
        throw .hdf5(source: path, failure: error)
      }
    }
  }

  /// The variable with the features: by its name, or the only matrix of more than one number.
  private static func matrix(of variables: [MATLABFile.Variable]) -> MATLABFile.Variable? {
    let possible = variables.filter { variable in
      !["cell", "char", "struct", "sparse"].contains(variable.className)
        && variable.dimensions.count == 2 && variable.dimensions.allSatisfy { $0 > 0 }
        && variable.dimensions != [1, 1]
    }
    return possible.first { $0.name == matrixName } ?? (possible.count == 1 ? possible[0] : nil)
  }

  private static func openVersion73(_ path: String) throws(ImportFailure) -> ([Int], Place) {
    var found: [(name: String, info: DatasetInfo)] = []
    do throws(HDF5Failure) {
      let reader = try HDF5FileReader(path: path)
      for child in try reader.children(of: "/") where child.kind == .dataset {
        let info = try reader.dataset(at: "/" + child.name)
        guard let type = info.type, type.isNumber, info.shape.count == 2, !info.shape.contains(0),
          info.shape != [1, 1]
        else { continue }
        found.append((child.name, info))
      }
    } catch {
      throw .hdf5(source: path, failure: error)
    }
    let chosen = found.first { $0.name == matrixName } ?? (found.count == 1 ? found[0] : nil)
    guard let chosen, let type = chosen.info.type else {
      throw .content(
        source: path, place: "/", expected: "a matrix called \(matrixName), or only one",
        found: listed(found.map { ($0.name, $0.info.shape.reversed()) }),
        remedy: "save the features as \(matrixName)")
    }
    return (chosen.info.shape.reversed(), .version73("/" + chosen.name, type))
  }

  private static func listed(_ variables: [(name: String, shape: [Int])]) -> String {
    if variables.isEmpty { return "none" }
    return variables.prefix(8).map { variable in
      "\(variable.name) (\(variable.shape.map(String.init).joined(separator: " x ")))"
    }.joined(separator: ", ")
  }
}

extension ElementType {
  fileprivate var isNumber: Bool { if case .string = self { false } else { true } }
}
