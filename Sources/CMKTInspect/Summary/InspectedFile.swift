import CMKTFormat
import HDF5

/// A file that is looked at through its inventory; its payload is neither read nor verified.
struct InspectedFile {
  let path: String
  let kind: FileKind
  let reader: HDF5FileReader
  let inventory: Inventory

  /// Opens the file at `path` and checks that it is one of ours.
  init(_ path: String) throws(InspectFailure) {
    self.path = path
    do throws(HDF5Failure) {
      reader = try HDF5FileReader(path: path)
      inventory = try Inventory(of: reader)
    } catch {
      throw .format(.hdf5(error))
    }
    let root = inventory.object(at: "/")
    guard root?.attribute("format")?.string == "cmkt" else { throw .format(.notOurs(file: path)) }
    let kindText = root?.attribute("kind")?.string ?? ""
    guard let kind = FileKind(rawValue: kindText) else {
      throw .format(.wrongKind(file: path, expected: .features, found: kindText))
    }
    self.kind = kind
  }

  /// An attribute's text; empty where there is none.
  func text(_ attribute: String, of path: String = "/") -> String {
    inventory.object(at: path)?.attribute(attribute)?.string ?? ""
  }

  /// The shape of the dataset at `path`; empty where there is none.
  func shape(_ path: String) -> [Int] { inventory.object(at: path)?.info?.shape ?? [] }

  /// The numbers of the dataset at `path`; empty where there is none.
  func numbers(_ path: String) throws(InspectFailure) -> [Double] {
    guard let type = inventory.object(at: path)?.info?.type else { return [] }
    do throws(HDF5Failure) {
      return ElementBytes.numbers(of: type, in: try reader.read(path)) ?? []
    } catch {
      throw .format(.hdf5(error))
    }
  }

  /// Bytes of all datasets in the file, after compression.
  var storedByteCount: Int {
    inventory.objects.reduce(0) { $0 + ($1.info?.storedByteCount ?? 0) }
  }
}

/// Runs `body`, and passes on what the format reports.
func formatting<Result>(
  _ body: () throws(FormatFailure) -> Result
) throws(InspectFailure) -> Result {
  do {
    return try body()
  } catch {
    throw .format(error)
  }
}
