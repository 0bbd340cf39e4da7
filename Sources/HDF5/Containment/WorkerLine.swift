import Codecs

/// What a worker tells, a line each.
enum WorkerLine: Equatable {
  /// The object that is looked at next.
  case at(String)
  /// A text of variable length of the dataset at `path`; a dataset's texts come in order.
  case text(path: String, bytes: [UInt8])
  case sound
  case refused(cause: ProfileCause, path: String, detail: String)
  case truncated(expected: Int?, found: Int?)

  /// The outcome that `failure` is.
  init(_ failure: HDF5Failure) {
    switch failure {
    case .refused(_, let path, let cause, let detail):
      self = .refused(cause: cause, path: path, detail: detail)
    case .truncated(_, let expected, let found):
      self = .truncated(expected: expected, found: found)
    case .library(let operation, _, let path, let stack):
      let isMemory = stack.contains { $0.message.contains("memory allocation failed") }
      let inner = stack.last.map { " (\($0.message))" } ?? ""
      self = .refused(
        cause: isMemory ? .outOfMemory : .damaged, path: path, detail: operation + inner)
    case .tooLarge(_, let path, let declared, let limit):
      self = .refused(
        cause: .declaredTooLarge, path: path,
        detail: "\(declared.map { "\($0)" } ?? "over 2^63") bytes where \(limit) may be")
    default:
      self = .refused(cause: .damaged, path: "", detail: "\(failure)")
    }
  }

  var text: String {
    switch self {
    case .at(let path): "at\t\(Self.escaped(path))"
    case .text(let path, let bytes):
      "text\t\(Self.escaped(path))\t\(Hexadecimal.text(bytes))"
    case .sound: "sound"
    case .refused(let cause, let path, let detail):
      "refused\t\(cause.rawValue)\t\(Self.escaped(path))\t\(Self.escaped(detail))"
    case .truncated(let expected, let found):
      "truncated\t\(expected.map(String.init) ?? "")\t\(found.map(String.init) ?? "")"
    }
  }

  /// Nil where a worker would not write so.
  init?(_ text: String) {
    let parts = text.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    switch (parts.first, parts.count) {
    case ("at", 2): self = .at(Self.unescaped(parts[1]))
    case ("text", 3):
      guard let bytes = Hexadecimal.bytes(parts[2]) else { return nil }
      self = .text(path: Self.unescaped(parts[1]), bytes: bytes)
    case ("sound", 1): self = .sound
    case ("refused", 4):
      guard let cause = ProfileCause(rawValue: parts[1]) else { return nil }
      self = .refused(
        cause: cause, path: Self.unescaped(parts[2]), detail: Self.unescaped(parts[3]))
    case ("truncated", 3): self = .truncated(expected: Int(parts[1]), found: Int(parts[2]))
    default: return nil
    }
  }

  private static func escaped(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      default: result.unicodeScalars.append(scalar)
      }
    }
  }

  private static func unescaped(_ text: String) -> String {
    var result = ""
    var isEscape = false
    for scalar in text.unicodeScalars {
      if isEscape {
        result.unicodeScalars.append(scalar == "n" ? "\n" : scalar == "t" ? "\t" : scalar)
        isEscape = false
      } else if scalar == "\\" {
        isEscape = true
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
