import Foundation

/// The first key that stands twice in one object of `json`, which is valid JSON; nil without one.
///
/// Decoders keep one of the two silently.
func duplicateKey(inJSON json: String) -> String? { duplicatePath(inJSON: json)?.last }

/// The keys and numbers of elements that lead to the first key of `json`, which is valid JSON, that
/// stands twice in its object; nil without one.
func duplicatePath(inJSON json: String) -> [String]? {
  let bytes = Array(json.utf8)
  var open: [OpenValue] = []
  var position = 0
  while position < bytes.count {
    switch bytes[position] {
    case UInt8(ascii: "{"): open.append(OpenValue(isList: false))
    case UInt8(ascii: "["): open.append(OpenValue(isList: true))
    case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = open.popLast()
    case UInt8(ascii: ","):
      if let last = open.indices.last { open[last].index += 1 }
    case UInt8(ascii: "\""):
      let end = endOfString(in: bytes, from: position)
      let next = bytes[min(end, bytes.count)...].first { !blanks.contains($0) }
      if next == UInt8(ascii: ":"), let last = open.indices.last {
        let quoted = bytes[position..<min(end, bytes.count)]
        open[last].key =
          (try? JSONDecoder().decode(String.self, from: Data(quoted)))
          ?? String(decoding: quoted, as: UTF8.self)
        guard open[last].keys.insert(open[last].key).inserted else { return open.map(\.place) }
      }
      position = end - 1
    default: break
    }
    position += 1
  }
  return nil
}

/// An object or an array that is not closed yet.
private struct OpenValue {
  var isList: Bool
  var keys: Set<String> = []
  var key = ""
  var index = 0

  /// Where in it the reader stands.
  var place: String { isList ? String(index) : key }
}

private let blanks: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]

/// The position after the closing quote of the string that starts at `start`.
private func endOfString(in bytes: [UInt8], from start: Int) -> Int {
  var position = start + 1
  while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
    position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
  }
  return position + 1
}
