import Synchronization

/// A pickle, read as data: values that refer to payloads in the file.
///
/// Nothing is ever executed. Safe to read from several threads at once. Looking at values costs
/// nothing; texts and elements are read from the file when they are asked for.
package final class PickleDocument: Sendable {
  let source: PickleSource
  let store: PickleStore
  /// See `PickleLimits`.
  let unorderedByteCount: Int
  /// The value that the pickle is.
  package let root: PickleValue
  /// 0 to 5, as the file declares it; older protocols declare none.
  package let protocolNumber: Int
  /// Where the pickle ends; what follows is ignored by Python and here.
  package let endOffset: Int
  /// Bytes of the file.
  package var byteCount: Int { source.byteCount }
  /// By the offset of a payload that is spelled in another way than raw: where to start in it.
  let payloadIndices = Mutex<[Int: PicklePayloadIndex]>([:])

  /// Interprets the file at `path`.
  ///
  /// - Throws: `CodecFailure`; no input traps.
  /// - Complexity: O(n) in the number of opcodes; payloads are passed over.
  package convenience init(
    path: String, limits: PickleLimits = PickleLimits()
  ) throws(CodecFailure) {
    try self.init(try PickleSource(path: path), limits)
  }

  /// Interprets a pickle in memory.
  ///
  /// - Throws: `CodecFailure`; no input traps.
  package convenience init(
    bytes: [UInt8], limits: PickleLimits = PickleLimits()
  ) throws(CodecFailure) {
    try self.init(PickleSource(bytes: bytes), limits)
  }

  private init(_ source: PickleSource, _ limits: PickleLimits) throws(CodecFailure) {
    var machine = PickleMachine(source, limits)
    root = try machine.run()
    self.source = source
    store = machine.store
    unorderedByteCount = limits.unorderedByteCount
    protocolNumber = machine.protocolNumber
    endOffset = machine.reader.position
  }

  /// Whether a file that begins with `prefix` is a pickle of any protocol, though perhaps one that
  /// is refused: interpreting it runs into no byte that cannot be.
  static func begins(_ prefix: [UInt8]) -> Bool {
    guard !isTable(prefix) else { return false }
    var machine = PickleMachine(PickleSource(bytes: prefix), PickleLimits())
    do throws(CodecFailure) {
      _ = try machine.run()
      return true
    } catch {
      switch error {
      // A text of protocol 0 may be longer than the prefix.
      case .truncated:
        return machine.stepCount > 2 || longTexts.contains { prefix.starts(with: $0) }
      case .unsupported: return true
      default: return false
      }
    }
  }

  /// How a text of protocol 0 begins: as a quoted string, or as unicode with an escape.
  private static let longTexts = ["S'", "S\"", "V\\u", "V\\U"].map { Array($0.utf8) }

  /// Whether `prefix` is a header such as `id,time` or `confidence;x`, rather than one of the
  /// opcodes `c` and `i`: lines with the names of a module and of what is in it.
  private static func isTable(_ prefix: [UInt8]) -> Bool {
    guard let first = prefix.first, first == UInt8(ascii: "c") || first == UInt8(ascii: "i") else {
      return false
    }
    let lines = prefix.dropFirst().split(
      separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false)
    return !lines.prefix(2).allSatisfy { line in
      line.first.map { !isDigit($0) } ?? false
        && line.allSatisfy {
          isDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
        }
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}

/// What a value of a pickle is.
package enum PickleContent: Equatable, Sendable {
  case none
  case boolean(Bool)
  case integer(Int)
  case float(Double)
  case text
  case bytes
  case list(count: Int)
  case tuple(count: Int)
  /// The number of keys; one that is set twice counts twice.
  case dictionary(count: Int)
  case set(count: Int)
  case array(PickleArray)
  /// A dtype, a class, an integer of more than 64 bits: no data.
  case other
}

extension PickleDocument {
  /// What `value` is.
  package func content(_ value: PickleValue) -> PickleContent {
    switch store[value] {
    case .none: .none
    case .boolean(let flag): .boolean(flag)
    case .integer(let number): .integer(Int(number))
    case .float(let number): .float(number)
    case .text: .text
    case .bytes: .bytes
    case .list(let collection): .list(count: store.elementCount(collection))
    case .tuple(let collection): .tuple(count: store.elementCount(collection))
    case .dictionary(let collection): .dictionary(count: store.elementCount(collection) / 2)
    case .set(let collection): .set(count: store.elementCount(collection))
    case .array(let index): .array(store.arrays[Int(index)])
    case .opaque, .global, .elementType, .unbuiltArray: .other
    }
  }

  /// The elements of a list, a tuple, a set or an array of objects, row-major; nil for others.
  ///
  /// - Complexity: O(n).
  package func elements(_ value: PickleValue) -> [PickleValue]? {
    switch store[value] {
    case .list(let collection), .tuple(let collection), .set(let collection):
      return store.elements(collection)
    case .array(let index):
      let array = store.arrays[Int(index)]
      // The state of an array of objects lists them row-major, whatever its memory order.
      guard case .objects(let collection) = array.content else { return nil }
      return store.elements(collection)
    default: return nil
    }
  }

  /// How many elements `elements` would return; nil where it would return nil.
  package func elementCount(_ value: PickleValue) -> Int? {
    switch store[value] {
    case .list(let collection), .tuple(let collection), .set(let collection):
      return store.elementCount(collection)
    case .array(let index):
      guard case .objects(let collection) = store.arrays[Int(index)].content else { return nil }
      return store.elementCount(collection)
    default: return nil
    }
  }

  /// Element `index` of a list, a tuple or a set.
  ///
  /// - Precondition: there is one.
  package func element(_ value: PickleValue, _ index: Int) -> PickleValue {
    switch store[value] {
    case .list(let collection), .tuple(let collection), .set(let collection):
      return store.element(collection, index)
    case .array(let array):
      if case .objects(let collection) = store.arrays[Int(array)].content {
        return store.element(collection, index)
      }
      preconditionFailure("an array of numbers has no values")
    default: preconditionFailure("\(store[value].noun) has no elements")
    }
  }

  /// The value of `key` in a dictionary, text and bytes alike; nil without one, and for
  /// dictionaries of more than 4096 keys, which are no layout.
  ///
  /// - Throws: `CodecFailure.unreadable`.
  package func member(_ value: PickleValue, _ key: String) throws(CodecFailure) -> PickleValue? {
    for (name, member) in try members(value).reversed() where name == key { return member }
    return nil
  }

  /// The members of a dictionary whose keys are text or bytes, in file order; none for others.
  ///
  /// - Throws: `CodecFailure.unreadable`.
  package func members(
    _ value: PickleValue
  ) throws(CodecFailure) -> [(key: String, value: PickleValue)] {
    guard case .dictionary(let collection) = store[value],
      store.elementCount(collection) <= 2 * 4096
    else { return [] }
    var members: [(key: String, value: PickleValue)] = []
    for index in stride(from: 0, to: store.elementCount(collection), by: 2) {
      let key = store.element(collection, index)
      guard case .text = store[key] else {
        guard case .bytes = store[key], let text = try text(key, limit: 256) else { continue }
        members.append((text, store.element(collection, index + 1)))
        continue
      }
      guard let text = try text(key, limit: 256) else { continue }
      members.append((text, store.element(collection, index + 1)))
    }
    return members
  }

  /// The number that an integer, a float, a truth value or an array of one element is.
  ///
  /// - Throws: `CodecFailure.unreadable`, `.malformed`.
  package func number(_ value: PickleValue) throws(CodecFailure) -> Double? {
    switch content(value) {
    case .integer(let number): return Double(number)
    case .float(let number): return number
    case .boolean(let flag): return flag ? 1 : 0
    case .array(let array):
      guard array.count == 1, array.elementType != nil else { return nil }
      return try read(array).doubles?.first
    default: return nil
    }
  }

  /// What `value` is, in words, for messages.
  package func noun(_ value: PickleValue) -> String {
    switch content(value) {
    case .array(let array):
      let shape = array.shape.map(String.init).joined(separator: " x ")
      return shape.isEmpty
        ? "one element of type \(array.elementTypeName)"
        : "an array of shape \(shape) and type \(array.elementTypeName)"
    case .list(let count): return "a list of \(count)"
    case .tuple(let count): return "a tuple of \(count)"
    case .dictionary(let count):
      let keys = ((try? members(value)) ?? []).prefix(12).map { "'\($0.key)'" }
      if count == 0 { return "an empty dictionary" }
      return keys.isEmpty
        ? "a dictionary of \(count) whose keys are no names"
        : "a dictionary with the keys \(keys.joined(separator: ", "))"
    default: return store[value].noun
    }
  }
}
