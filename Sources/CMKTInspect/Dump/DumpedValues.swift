import CMKTFormat
import HDF5

/// The values in some bytes, whatever their type.
struct DumpedValues {
  private enum Storage {
    case none
    case integers([Int])
    /// Those that do not all fit into an `Int`.
    case unsigned([UInt64])
    case singles([Float])
    case doubles([Double])
    case texts([String])
  }

  private let storage: Storage

  init(_ texts: [String]) { storage = .texts(texts) }

  init(_ type: ElementType?, _ bytes: [UInt8]) {
    switch type {
    case .none: storage = .none
    case .float32: storage = .singles(ElementBytes.values(of: Float.self, in: bytes) ?? [])
    case .float64: storage = .doubles(ElementBytes.values(of: Double.self, in: bytes) ?? [])
    case .string(let byteCount):
      storage = .texts(EscapedText.texts(in: bytes, byteCount: byteCount))
    case .some(let type):
      storage =
        if let integers = ElementBytes.integers(of: type, in: bytes) {
          .integers(integers)
        } else if type == .uint64, let values = ElementBytes.values(of: UInt64.self, in: bytes) {
          .unsigned(values)
        } else {
          .doubles(ElementBytes.numbers(of: type, in: bytes) ?? [])
        }
    }
  }

  var count: Int {
    switch storage {
    case .none: 0
    case .integers(let values): values.count
    case .unsigned(let values): values.count
    case .singles(let values): values.count
    case .doubles(let values): values.count
    case .texts(let values): values.count
    }
  }

  func value(_ index: Int) -> ReportValue {
    switch storage {
    case .none: .missing
    case .integers(let values): .integer(values[index])
    // A text, as few readers of JSON keep so many digits of a number.
    case .unsigned(let values):
      Int(exactly: values[index]).map(ReportValue.integer)
        ?? .text("\(values[index])")
    case .singles(let values): .number(Double(values[index].description) ?? Double(values[index]))
    case .doubles(let values): .number(values[index])
    case .texts(let values): .text(values[index])
    }
  }

  /// Exact: reads back as the same value.
  func text(_ index: Int) -> String {
    switch storage {
    case .none: ""
    case .integers(let values): "\(values[index])"
    case .unsigned(let values): "\(values[index])"
    case .singles(let values): "\(values[index])"
    case .doubles(let values): "\(values[index])"
    case .texts(let values): "\"\(values[index])\""
    }
  }

  /// As `text` in a comma-separated table: numbers need no quotes.
  func field(_ index: Int) -> String {
    if case .texts(let values) = storage { return csvField(values[index]) }
    return text(index)
  }

  var list: ReportValue { .list((0..<count).map(value)) }

  /// At most `limit` texts, with a sign that there are more.
  func texts(_ limit: Int) -> [String] {
    (0..<min(count, limit)).map(text) + (count > limit ? ["… (\(count))"] : [])
  }

  /// A line for each `width` values, at most `limit` of them in a line.
  func lines(width: Int, limit: Int?) -> [String] {
    guard width > 0 else { return [] }
    return stride(from: 0, to: count, by: width).map { start in
      let end = min(count, start + width)
      let shown = min(end, start + (limit ?? width))
      let rest = end > shown ? [" … (\(end - start))"] : []
      return (start..<shown).map(text).joined(separator: " ") + rest.joined()
    }
  }
}
