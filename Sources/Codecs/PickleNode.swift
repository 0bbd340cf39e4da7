/// A value of a pickle, as an index into its store.
package struct PickleValue: Hashable, Sendable {
  let index: UInt32
}

/// What is stored of a value; indices point into the tables of `PickleStore`.
enum PickleNode: Sendable {
  case none
  case boolean(Bool)
  case integer(Int64)
  /// An integer of more than 64 bits, or something else that no data needs.
  case opaque
  case float(Double)
  case text(PicklePayload)
  case bytes(PicklePayload)
  case list(UInt32)
  case tuple(UInt32)
  /// Keys and values in turn.
  case dictionary(UInt32)
  case set(UInt32)
  case global(PickleGlobal)
  case elementType(UInt32)
  case array(UInt32)
  /// An array whose state has not been read yet.
  case unbuiltArray

  /// What to call it in a message.
  var noun: String {
    switch self {
    case .none: "None"
    case .boolean: "a truth value"
    case .integer, .opaque: "an integer"
    case .float: "a float"
    case .text: "a text"
    case .bytes: "bytes"
    case .list: "a list"
    case .tuple: "a tuple"
    case .dictionary: "a dictionary"
    case .set: "a set"
    case .global: "a global"
    case .elementType: "a dtype"
    case .array, .unbuiltArray: "an array"
    }
  }
}

/// Every value of a pickle.
///
/// Values refer to each other by index, so neither cycles nor depth can make anything here recurse;
/// every growth is charged to a budget first.
struct PickleStore: Sendable {
  private static let blockCount = 4096
  /// In blocks, so that growing never copies: the peak of memory is what is stored.
  private var blocks: [[PickleNode]] = []
  private(set) var count = 0
  private var collections: [[UInt32]] = []
  private(set) var elementTypes: [PickleElementType] = []
  private(set) var arrays: [PickleArray] = []
  private(set) var remainingByteCount: Int

  init(memoryByteCount: Int) {
    remainingByteCount = memoryByteCount
    for node in [PickleNode.none, .boolean(false), .boolean(true)] { _ = append(node) }
  }

  static let none = PickleValue(index: 0)

  static func boolean(_ value: Bool) -> PickleValue { PickleValue(index: value ? 2 : 1) }

  /// Takes `byteCount` from the budget; false where it is used up.
  mutating func charge(_ byteCount: Int) -> Bool {
    guard byteCount <= remainingByteCount else { return false }
    remainingByteCount -= byteCount
    return true
  }

  subscript(_ value: PickleValue) -> PickleNode {
    get { blocks[Int(value.index) / Self.blockCount][Int(value.index) % Self.blockCount] }
    set {
      blocks[Int(value.index) / Self.blockCount][Int(value.index) % Self.blockCount] = newValue
    }
  }

  /// Bytes that one node costs.
  static let nodeCost = MemoryLayout<PickleNode>.stride

  mutating func append(_ node: PickleNode) -> PickleValue {
    if count % Self.blockCount == 0 {
      var block: [PickleNode] = []
      block.reserveCapacity(Self.blockCount)
      blocks.append(block)
    }
    blocks[blocks.count - 1].append(node)
    defer { count += 1 }
    return PickleValue(index: UInt32(truncatingIfNeeded: count))
  }

  func elements(_ collection: UInt32) -> [PickleValue] {
    collections[Int(collection)].map { PickleValue(index: $0) }
  }

  func elementCount(_ collection: UInt32) -> Int { collections[Int(collection)].count }

  func element(_ collection: UInt32, _ index: Int) -> PickleValue {
    PickleValue(index: collections[Int(collection)][index])
  }

  /// Bytes that a collection of `count` elements costs.
  static func collectionCost(_ count: Int) -> Int { count > 0 ? 72 + 8 * count : 24 }

  /// Bytes that `count` more elements cost, growth by doubling included.
  func extensionCost(_ collection: UInt32, _ count: Int) -> Int {
    8 * count + (collections[Int(collection)].isEmpty ? 72 : 0)
  }

  mutating func appendCollection(_ values: ArraySlice<UInt32>) -> UInt32 {
    collections.append(Array(values))
    return UInt32(truncatingIfNeeded: collections.count - 1)
  }

  mutating func extend(_ collection: UInt32, _ values: ArraySlice<UInt32>) {
    collections[Int(collection)].append(contentsOf: values)
  }

  static let arrayCost = 256

  mutating func append(_ array: PickleArray) -> UInt32 {
    arrays.append(array)
    return UInt32(truncatingIfNeeded: arrays.count - 1)
  }

  mutating func append(_ type: PickleElementType) -> UInt32 {
    elementTypes.append(type)
    return UInt32(truncatingIfNeeded: elementTypes.count - 1)
  }

  mutating func setElementType(_ index: UInt32, _ type: PickleElementType) {
    elementTypes[Int(index)] = type
  }
}
