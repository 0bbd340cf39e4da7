/// What a pickle would have Python call: here each name builds its value from the arguments.
extension PickleMachine {
  mutating func executeCall(_ opcode: PickleOpcode) throws(CodecFailure) {
    switch opcode {
    case .global:
      let module = try reader.shortLine()
      try push(.global(try global(module, try reader.shortLine())))
    case .stackGlobal:
      let name = try pop()
      let module = try pop()
      try push(.global(try global(try nameBytes(module), try nameBytes(name))))
    case .inst:
      let module = try reader.shortLine()
      let global = try global(module, try reader.shortLine())
      let arguments = try takeToMark()
      try call(global, arguments.map { PickleValue(index: $0) })
    case .obj:
      let values = try takeToMark()
      guard let first = values.first else { throw malformed("a class after MARK", "nothing") }
      try call(
        try global(PickleValue(index: first)), values.dropFirst().map { PickleValue(index: $0) })
    case .newobjEx:
      let last = try pop()
      guard case .dictionary(let keywords) = store[last], store.elementCount(keywords) == 0
      else { throw malformed("no arguments by name", "some") }
      try callTop()
    case .reduce, .newobj: try callTop()
    default: try build()
    }
  }

  /// REDUCE: a global and a tuple of arguments on the stack.
  private mutating func callTop() throws(CodecFailure) {
    let place = try pop()
    guard case .tuple(let arguments) = store[place] else {
      throw malformed("a tuple of arguments", store[place].noun)
    }
    // Popped first: a method of `self` that is given what another takes from it would copy it all.
    let callee = try pop()
    try call(try global(callee), store.elements(arguments))
  }

  // MARK: Names

  private func nameBytes(_ value: PickleValue) throws(CodecFailure) -> [UInt8] {
    guard case .text(let payload) = store[value], payload.count <= 512 else {
      throw malformed("a name of at most 512 bytes", store[value].noun)
    }
    return try reader.source.bytes(payload.range)
  }

  private func global(
    _ module: [UInt8], _ name: [UInt8]
  ) throws(CodecFailure) -> PickleGlobal {
    let (module, name) = (PickleGlobal.printable(module), PickleGlobal.printable(name))
    if let global = PickleGlobal(module: module, name: name) { return global }
    throw .unsupported(
      finding(
        "data only: NumPy arrays, numbers, texts and containers",
        "a reference to \(module).\(name)",
        PickleGlobal.remedy(forModule: module)))
  }

  private func global(_ value: PickleValue) throws(CodecFailure) -> PickleGlobal {
    guard case .global(let global) = store[value] else {
      throw malformed("a name to build a value with", store[value].noun)
    }
    return global
  }

  // MARK: Values

  private mutating func call(
    _ global: PickleGlobal, _ arguments: [PickleValue]
  ) throws(CodecFailure) {
    switch global {
    case .reconstruct: try push(.unbuiltArray)
    case .elementType: try pushElementType(arguments)
    case .fromBuffer: try pushFromBuffer(arguments)
    case .scalar: try pushScalar(arguments)
    case .encode: try pushEncoded(arguments)
    case .arrayClass:
      throw malformed("numpy.ndarray as an argument of _reconstruct", "a call of it")
    case .list, .tuple, .set, .dictionary, .orderedDictionary, .defaultDictionary:
      try pushContainer(global, arguments)
    case .range: try pushRange(arguments)
    case .number, .boolean, .text, .bytes: try pushConverted(global, arguments)
    }
  }

  private mutating func pushContainer(
    _ global: PickleGlobal, _ arguments: [PickleValue]
  ) throws(CodecFailure) {
    var values: [PickleValue] = []
    // The factory of a defaultdict is a global; it is never called.
    let isEmpty = global == .defaultDictionary && arguments.count == 1
    if let first = arguments.first, !isEmpty {
      switch store[first] {
      case .list(let collection), .tuple(let collection), .set(let collection),
        .dictionary(let collection):
        let count = store.elementCount(collection)
        try charge(PickleStore.collectionCost(count))
        values = store.elements(collection)
      default: throw malformed("a container to copy", store[first].noun)
      }
    }
    let isDictionary = [.dictionary, .orderedDictionary, .defaultDictionary].contains(global)
    if isDictionary, let first = arguments.first, !isEmpty {
      if case .dictionary = store[first] {} else { values = try pairs(values) }
    }
    let collection = try makeCollection(values.map(\.index)[...])
    switch global {
    case .list: try push(.list(collection))
    case .tuple: try push(.tuple(collection))
    case .set: try push(.set(collection))
    default: try push(.dictionary(collection))
    }
  }

  /// Keys and values in turn, from lists or tuples of two.
  private func pairs(_ values: [PickleValue]) throws(CodecFailure) -> [PickleValue] {
    var flat: [PickleValue] = []
    flat.reserveCapacity(2 * values.count)
    for value in values {
      switch store[value] {
      case .list(let pair) where store.elementCount(pair) == 2,
        .tuple(let pair) where store.elementCount(pair) == 2:
        flat.append(store.element(pair, 0))
        flat.append(store.element(pair, 1))
      default: throw malformed("a key with its value", store[value].noun)
      }
    }
    return flat
  }

  private mutating func pushRange(_ arguments: [PickleValue]) throws(CodecFailure) {
    let numbers = arguments.compactMap { integer($0) }
    guard numbers.count == arguments.count, (1...3).contains(numbers.count),
      numbers.count < 3 || numbers[2] != 0
    else { throw malformed("a range of integers", "other arguments") }
    let start = numbers.count == 1 ? 0 : numbers[0]
    let end = numbers.count == 1 ? numbers[0] : numbers[1]
    let step = numbers.count == 3 ? numbers[2] : 1
    var values: [UInt32] = []
    var value = start
    while step > 0 ? value < end : value > end {
      try charge(PickleStore.nodeCost + 8)
      values.append(store.append(.integer(Int64(value))).index)
      let (next, overflow) = value.addingReportingOverflow(step)
      if overflow { break }
      value = next
    }
    let collection = try makeCollection(values[...])
    try push(.list(collection))
  }

  private mutating func pushConverted(
    _ global: PickleGlobal, _ arguments: [PickleValue]
  ) throws(CodecFailure) {
    guard let first = arguments.first else {
      let nothing = 0..<0
      switch global {
      case .number: return try push(.integer(0))
      case .boolean: return try push(PickleStore.boolean(false))
      case .text: return try push(.text(PicklePayload(nothing, .utf8)))
      default: return try push(.bytes(PicklePayload(nothing, .raw)))
      }
    }
    switch (global, store[first]) {
    case (.number, .integer), (.number, .float), (.boolean, .boolean), (.text, .text),
      (.bytes, .bytes):
      try push(first)
    case (.bytes, .text(let payload)) where arguments.count == 2: try push(.bytes(payload))
    default:
      throw .unsupported(finding("a conversion of plain data", "one of \(store[first].noun)"))
    }
  }

  /// `_codecs.encode(text, 'latin1')`: how Python 3 writes bytes in protocols 0 to 2.
  private mutating func pushEncoded(_ arguments: [PickleValue]) throws(CodecFailure) {
    guard arguments.count == 2, case .text(let payload) = store[arguments[0]],
      ["latin1", "latin-1", "iso-8859-1"].contains(try name(arguments[1]))
    else { throw malformed("a text and 'latin1'", "other arguments") }
    try push(.bytes(payload))
  }

  // MARK: What arguments say

  func integer(_ value: PickleValue) -> Int? {
    switch store[value] {
    case .integer(let number): Int(number)
    case .boolean(let flag): flag ? 1 : 0
    default: nil
    }
  }

  /// A short text or bytes; empty where it is none.
  func name(_ value: PickleValue) throws(CodecFailure) -> String {
    switch store[value] {
    case .text(let payload), .bytes(let payload):
      guard payload.count <= 64 else { return "" }
      return String(decoding: try reader.source.bytes(payload.range), as: UTF8.self)
    default: return ""
    }
  }
}
