import Foundation

/// The first key that stands twice in one object of `json`, which is valid JSON; nil without one.
///
/// Decoders keep one of the two silently.
func duplicateKey(inJSON json: String) -> String? {
  let bytes = Array(json.utf8)
  // Of each object or array that is open.
  var keys: [Set<String>] = []
  var position = 0
  while position < bytes.count {
    switch bytes[position] {
    case UInt8(ascii: "{"), UInt8(ascii: "["): keys.append([])
    case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = keys.popLast()
    case UInt8(ascii: "\""):
      let end = endOfString(in: bytes, from: position)
      let isKey = bytes[min(end, bytes.count)...].first { !blanks.contains($0) }
      if isKey == UInt8(ascii: ":"), let last = keys.indices.last {
        let quoted = bytes[position..<min(end, bytes.count)]
        let key =
          (try? JSONDecoder().decode(String.self, from: Data(quoted)))
          ?? String(decoding: quoted, as: UTF8.self)
        guard keys[last].insert(key).inserted else { return key }
      }
      position = end - 1
    default: break
    }
    position += 1
  }
  return nil
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
