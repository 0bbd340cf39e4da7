import Foundation

/// The values in a JSON document, by their path, such as `encoder.layers[0].size`.
struct JSONLeaves {
  private(set) var texts: [String: String] = [:]

  /// Nil where `bytes` are no JSON object or array.
  init?(_ bytes: [UInt8]) {
    guard bytes.first == UInt8(ascii: "{") || bytes.first == UInt8(ascii: "["),
      let document = try? JSONSerialization.jsonObject(with: Data(bytes))
    else { return nil }
    var pending: [(path: String, value: Any)] = [("", document)]
    while let (path, value) = pending.popLast() {
      if let object = value as? [String: Any] {
        if object.isEmpty { texts[path] = "{}" }
        pending += object.map { (path.isEmpty ? $0.key : "\(path).\($0.key)", $0.value) }
      } else if let array = value as? [Any] {
        if array.isEmpty { texts[path] = "[]" }
        pending += array.enumerated().map { ("\(path)[\($0.offset)]", $0.element) }
      } else {
        texts[path] = Self.text(of: value)
      }
    }
  }

  private static func text(of value: Any) -> String {
    guard
      let data = try? JSONSerialization.data(
        withJSONObject: value, options: [.fragmentsAllowed, .withoutEscapingSlashes])
    else { return "\(value)" }
    return String(decoding: data, as: UTF8.self)
  }
}
