/// Interprets the opcodes of a pickle as data.
///
/// It knows a short list of names, builds values for them, and refuses every other; nothing of the
/// file is ever called, imported or executed.
///
/// Time is bounded by a budget of steps, memory by a budget of bytes; payloads of texts and arrays
/// are passed over and stay where they are.
struct PickleMachine {
  var reader: PickleReader
  var store: PickleStore
  private(set) var protocolNumber = 0
  private(set) var stepCount = 0
  private var stack: [UInt32] = []
  private var marks: [Int] = []
  private var memo = PickleMemo()
  private var chargedDepth = 0
  private let limits: PickleLimits

  init(_ source: PickleSource, _ limits: PickleLimits) {
    reader = PickleReader(source)
    store = PickleStore(memoryByteCount: limits.memoryByteCount)
    self.limits = limits
  }

  /// Runs to STOP and returns the value that is the pickle.
  ///
  /// - Throws: `CodecFailure`; `.unsupported` for a name that is not on the list.
  mutating func run() throws(CodecFailure) -> PickleValue {
    while true {
      let opcode = try reader.nextOpcode()
      stepCount += opcode.stepCost
      guard stepCount <= limits.stepCount else {
        throw .tooLarge(
          finding("at most \(limits.stepCount) steps", "more", Self.saveArrays))
      }
      if opcode == .stop { return try pop() }
      try execute(opcode)
    }
  }

  private mutating func execute(_ opcode: PickleOpcode) throws(CodecFailure) {
    switch opcode {
    case .none, .newtrue, .newfalse, .int, .binint, .binint1, .binint2, .long, .long1, .long4,
      .float, .binfloat:
      try pushNumber(opcode)
    case .string, .binstring, .shortBinstring, .unicode, .binunicode, .shortBinunicode,
      .binunicode8, .binbytes, .shortBinbytes, .binbytes8, .bytearray8:
      try pushPayload(opcode)
    case .mark, .pop, .popMark, .dup, .put, .binput, .longBinput, .memoize, .get, .binget,
      .longBinget:
      try moveOnStack(opcode)
    case .emptyTuple, .tuple1, .tuple2, .tuple3, .tuple, .emptyList, .list, .emptyDict, .dict,
      .emptySet, .frozenset:
      try pushCollection(opcode)
    case .append, .appends, .setitem, .setitems, .additems:
      try extendCollection(opcode)
    case .global, .inst, .stackGlobal, .reduce, .newobj, .newobjEx, .obj, .build:
      try executeCall(opcode)
    case .proto:
      let number = Int(try reader.byte())
      guard number <= 5 else { throw .unsupported(finding("protocol 0 to 5", "\(number)")) }
      protocolNumber = number
    case .frame:
      // Frames only say how much to read ahead; that they fit is checked payload by payload.
      _ = try reader.unsigned(8)
    case .persid, .binpersid, .ext1, .ext2, .ext4, .nextBuffer, .readonlyBuffer:
      throw .unsupported(
        finding(
          "everything inside the file", "a reference to something outside (torch files do this)",
          "save the arrays with numpy.savez"))
    case .stop: return
    }
  }

  // MARK: Numbers and payloads

  private mutating func pushNumber(_ opcode: PickleOpcode) throws(CodecFailure) {
    switch opcode {
    case .none: try push(PickleStore.none)
    case .newtrue, .newfalse: try push(PickleStore.boolean(opcode == .newtrue))
    case .binint1: try push(.integer(Int64(try reader.unsigned(1))))
    case .binint2: try push(.integer(Int64(try reader.unsigned(2))))
    case .binint: try push(.integer(Int64(Int32(truncatingIfNeeded: try reader.unsigned(4)))))
    case .binfloat: try push(.float(Double(bitPattern: try reader.unsigned(8).byteSwapped)))
    case .long1, .long4:
      let count = try reader.unsigned(opcode == .long1 ? 1 : 4)
      guard count <= 8 else {
        _ = try reader.payload(count)
        return try push(.opaque)
      }
      let bits = try reader.unsigned(Int(count))
      let spare = UInt64(64 - 8 * count)
      try push(.integer(count == 0 ? 0 : Int64(bitPattern: bits << spare) >> Int64(spare)))
    default: try pushSpelledNumber(opcode)
    }
  }

  /// Protocol 0 spells numbers in decimal; `I00` and `I01` are truth values.
  private mutating func pushSpelledNumber(_ opcode: PickleOpcode) throws(CodecFailure) {
    let line = try reader.shortLine()
    if opcode == .int, line == Array("00".utf8) || line == Array("01".utf8) {
      return try push(PickleStore.boolean(line[1] == UInt8(ascii: "1")))
    }
    var text = String(decoding: line, as: UTF8.self)
    if opcode == .float {
      guard let value = Double(text) else {
        throw malformed("a number", PickleGlobal.printable(line))
      }
      return try push(.float(value))
    }
    if opcode == .long, text.hasSuffix("L") { text.removeLast() }
    if let value = Int64(text) { return try push(.integer(value)) }
    let digits = text.first == "-" ? text.dropFirst() : text[...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
      throw malformed("an integer", PickleGlobal.printable(line))
    }
    try push(.opaque)
  }

  private mutating func pushPayload(_ opcode: PickleOpcode) throws(CodecFailure) {
    let width: Int
    switch opcode {
    case .string:
      let line = try reader.line()
      // The line is a quoted literal; the quotes are not part of the text.
      guard line.count >= 2 else { throw malformed("a quoted text", "\(line.count) characters") }
      let inside = (line.lowerBound + 1)..<(line.upperBound - 1)
      return try push(.text(PicklePayload(inside, .stringEscape)))
    case .unicode: return try push(.text(PicklePayload(try reader.line(), .unicodeEscape)))
    case .shortBinstring, .shortBinunicode, .shortBinbytes: width = 1
    case .binunicode8, .binbytes8, .bytearray8: width = 8
    default: width = 4
    }
    let range = try reader.payload(try reader.unsigned(width))
    switch opcode {
    case .binstring, .shortBinstring: try push(.text(PicklePayload(range, .raw)))
    case .binunicode, .shortBinunicode, .binunicode8: try push(.text(PicklePayload(range, .utf8)))
    default: try push(.bytes(PicklePayload(range, .raw)))
    }
  }

  // MARK: Stack and memo

  private mutating func moveOnStack(_ opcode: PickleOpcode) throws(CodecFailure) {
    switch opcode {
    case .mark:
      try charge(16)
      marks.append(stack.count)
    case .pop:
      if marks.last == stack.count { marks.removeLast() } else { _ = try pop() }
    case .popMark: _ = try takeToMark()
    case .dup: try push(try top())
    case .put: try memorise(try memoIndex())
    case .binput: try memorise(Int(try reader.unsigned(1)))
    case .longBinput: try memorise(Int(try reader.unsigned(4)))
    case .memoize: try memorise(memo.count)
    case .get: try recall(try memoIndex())
    case .binget: try recall(Int(try reader.unsigned(1)))
    default: try recall(Int(try reader.unsigned(4)))
    }
  }

  private mutating func memoIndex() throws(CodecFailure) -> Int {
    let line = try reader.shortLine()
    guard let index = Int(String(decoding: line, as: UTF8.self)), index >= 0 else {
      throw malformed("an index of the memo", PickleGlobal.printable(line))
    }
    return index
  }

  private mutating func memorise(_ index: Int) throws(CodecFailure) {
    let value = try top()
    try charge(memo.cost(of: index))
    memo.set(index, value.index)
  }

  private mutating func recall(_ index: Int) throws(CodecFailure) {
    guard let value = memo.value(index) else {
      throw malformed("an index that the memo holds", "\(index)")
    }
    try push(PickleValue(index: value))
  }

  mutating func push(_ node: PickleNode) throws(CodecFailure) {
    try charge(PickleStore.nodeCost)
    try push(store.append(node))
  }

  mutating func push(_ value: PickleValue) throws(CodecFailure) {
    if stack.count >= chargedDepth {
      try charge(8)
      chargedDepth += 1
    }
    stack.append(value.index)
  }

  mutating func pop() throws(CodecFailure) -> PickleValue {
    guard stack.count > marks.last ?? 0, let index = stack.popLast() else {
      throw malformed("a value on the stack", "none")
    }
    return PickleValue(index: index)
  }

  func top() throws(CodecFailure) -> PickleValue {
    guard stack.count > marks.last ?? 0, let index = stack.last else {
      throw malformed("a value on the stack", "none")
    }
    return PickleValue(index: index)
  }

  /// The values above the last mark, removed from the stack.
  mutating func takeToMark() throws(CodecFailure) -> [UInt32] {
    guard let height = marks.popLast() else { throw malformed("a MARK before", "none") }
    let values = Array(stack[height...])
    stack.removeSubrange(height...)
    return values
  }

  // MARK: Containers

  private mutating func pushCollection(_ opcode: PickleOpcode) throws(CodecFailure) {
    let values: [UInt32]
    switch opcode {
    case .tuple, .list, .dict, .frozenset: values = try takeToMark()
    case .tuple1, .tuple2, .tuple3:
      let count = Int(opcode.rawValue - PickleOpcode.tuple1.rawValue) + 1
      var taken: [UInt32] = []
      for _ in 0..<count { taken.append(try pop().index) }
      values = taken.reversed()
    default: values = []
    }
    let collection = try makeCollection(values[...])
    switch opcode {
    case .emptyTuple, .tuple1, .tuple2, .tuple3, .tuple: try push(.tuple(collection))
    case .emptyList, .list: try push(.list(collection))
    case .emptyDict, .dict:
      guard values.count.isMultiple(of: 2) else { throw malformed("keys with values", "one alone") }
      try push(.dictionary(collection))
    default: try push(.set(collection))
    }
  }

  mutating func makeCollection(_ values: ArraySlice<UInt32>) throws(CodecFailure) -> UInt32 {
    try charge(PickleStore.collectionCost(values.count))
    return store.appendCollection(values)
  }

  private mutating func extendCollection(_ opcode: PickleOpcode) throws(CodecFailure) {
    let values: [UInt32]
    switch opcode {
    case .append: values = [try pop().index]
    case .setitem:
      let value = try pop()
      values = [try pop().index, value.index]
    default: values = try takeToMark()
    }
    let target = store[try top()]
    switch (opcode, target) {
    case (.append, .list(let collection)), (.appends, .list(let collection)),
      (.additems, .set(let collection)):
      try charge(store.extensionCost(collection, values.count))
      store.extend(collection, values[...])
    case (.setitem, .dictionary(let collection)), (.setitems, .dictionary(let collection)):
      guard values.count.isMultiple(of: 2) else { throw malformed("keys with values", "one alone") }
      try charge(store.extensionCost(collection, values.count))
      store.extend(collection, values[...])
    default: throw malformed("a container to fill", target.noun)
    }
  }

  // MARK: Messages and budgets

  mutating func charge(_ byteCount: Int) throws(CodecFailure) {
    guard store.charge(byteCount) else {
      throw .tooLarge(
        finding(
          "values that take at most \(limits.memoryByteCount >> 20) MB beside arrays", "more",
          Self.saveArrays))
    }
  }

  static let saveArrays = "save numbers as NumPy arrays instead of Python lists"

  func finding(_ expected: String, _ found: String, _ remedy: String = "") -> CodecFinding {
    CodecFinding(
      "pickle", at: reader.opcodeOffset, expected: expected,
      found: "\(found) (opcode \(reader.opcodeName))", remedy: remedy)
  }

  func malformed(_ expected: String, _ found: String) -> CodecFailure {
    .malformed(finding(expected, found, "copy or download the file again"))
  }
}
