/// A name that a pickle may refer to: all are data, none is ever called as Python would.
enum PickleGlobal: UInt8, Sendable {
  case reconstruct, fromBuffer, scalar, arrayClass, elementType, encode
  case list, tuple, dictionary, orderedDictionary, defaultDictionary, set
  case number, boolean, text, bytes, range

  /// The global `module.name`; nil for every other, which is refused.
  init?(module: String, name: String) {
    guard let global = Self.table["\(module).\(name)"] else { return nil }
    self = global
  }

  private static let table: [String: PickleGlobal] = {
    var table: [String: PickleGlobal] = [
      "numpy.ndarray": .arrayClass, "numpy.dtype": .elementType, "_codecs.encode": .encode,
      "collections.OrderedDict": .orderedDictionary,
      "collections.defaultdict": .defaultDictionary,
    ]
    // NumPy 2 renamed `numpy.core`.
    for core in ["numpy.core", "numpy._core"] {
      table["\(core).multiarray._reconstruct"] = .reconstruct
      table["\(core).multiarray.scalar"] = .scalar
      table["\(core).numeric._frombuffer"] = .fromBuffer
    }
    let builtins: [String: PickleGlobal] = [
      "list": .list, "tuple": .tuple, "dict": .dictionary, "set": .set, "frozenset": .set,
      "int": .number, "long": .number, "float": .number, "bool": .boolean, "str": .text,
      "unicode": .text, "bytes": .bytes, "bytearray": .bytes, "range": .range, "xrange": .range,
    ]
    for (name, global) in builtins {
      table["builtins.\(name)"] = global
      table["__builtin__.\(name)"] = global
    }
    return table
  }()

  /// What a user can do about a file that needs something of `module`.
  static func remedy(forModule module: String) -> String {
    switch module.prefix(while: { $0 != "." }) {
    case "torch": "save the tensors as NumPy arrays: tensor.detach().cpu().numpy()"
    case "pandas": "save the table as CSV: frame.to_csv(path)"
    case "joblib", "sklearn": "load it where it was made and save its arrays with numpy.savez"
    case "numpy", "scipy": "load it where it was made and save plain arrays with numpy.savez"
    default:
      "nothing of it was executed; unless you know who made this file, do not load it in Python"
    }
  }

  /// `text` with everything but printable ASCII replaced, and cut to a readable length.
  static func printable(_ text: [UInt8]) -> String {
    let shown = text.prefix(80).map { (0x20..<0x7f).contains($0) ? $0 : UInt8(ascii: "?") }
    return String(decoding: shown, as: UTF8.self) + (text.count > 80 ? "…" : "")
  }
}
