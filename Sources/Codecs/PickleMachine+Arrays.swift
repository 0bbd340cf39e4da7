/// Element types and arrays, as NumPy spells them.
extension PickleMachine {
  /// `numpy.dtype('f4', False, True)`.
  mutating func pushElementType(_ arguments: [PickleValue]) throws(CodecFailure) {
    guard let first = arguments.first, let type = PickleElementType(try name(first)) else {
      throw malformed("a dtype's text", "other arguments")
    }
    try charge(MemoryLayout<PickleElementType>.stride * 2)
    try push(.elementType(store.append(type)))
  }

  /// `_frombuffer(bytes, dtype, shape, order)`, from NumPy 2.3 on with `'K'` and the axes' order.
  mutating func pushFromBuffer(_ arguments: [PickleValue]) throws(CodecFailure) {
    guard arguments.count == 4 || arguments.count == 5 else {
      throw malformed("bytes, dtype, shape and order", "\(arguments.count) arguments")
    }
    let payload = try payload(arguments[0])
    let type = try elementType(arguments[1])
    var shape = try extents(arguments[2])
    var axisOrder: [Int]
    switch try name(arguments[3]) {
    case "C": axisOrder = Array(shape.indices)
    case "F": axisOrder = shape.indices.reversed()
    case "K" where arguments.count == 5:
      // The buffer has extents `shape`; axis i of the array is axis `axes[i]` of the buffer.
      let axes = try extents(arguments[4])
      guard axes.sorted() == Array(shape.indices) else {
        throw malformed("each axis once", "axes \(axes)")
      }
      axisOrder = axes
      for (axis, place) in axes.enumerated() { axisOrder[place] = axis }
      let buffer = shape
      shape = axes.map { buffer[$0] }
    default: throw malformed("memory order C, F or K", "another")
    }
    try pushArray(shape, type, axisOrder, .payload(payload))
  }

  /// `scalar(dtype, bytes)`: an array without axes.
  mutating func pushScalar(_ arguments: [PickleValue]) throws(CodecFailure) {
    guard arguments.count == 2 else {
      throw malformed("a dtype and bytes", "\(arguments.count) arguments")
    }
    let type = try elementType(arguments[0])
    try pushArray([], type, [], .payload(try payload(arguments[1])))
  }

  /// BUILD: the state of a dtype or an array.
  mutating func build() throws(CodecFailure) {
    let place = try pop()
    let target = try top()
    switch store[target] {
    case .elementType(let index): try buildElementType(index, try tuple(place))
    case .unbuiltArray: store[target] = try builtArray(try tuple(place))
    case .dictionary, .list, .set: break  // Attributes of an instance: no data.
    default: throw malformed("something that has a state", store[target].noun)
    }
  }

  /// `(version, byte order, subarray, names, fields, size, alignment, flags…)`.
  private mutating func buildElementType(
    _ index: UInt32, _ state: [PickleValue]
  ) throws(CodecFailure) {
    guard state.count >= 5 else { throw malformed("the state of a dtype", "\(state.count) fields") }
    var type = store.elementTypes[Int(index)]
    type.isBigEndian = try name(state[1]) == ">"
    for place in 2...4 {
      if case .none = store[state[place]] { continue }
      type.isStructured = true
    }
    store.setElementType(index, type)
  }

  /// `(version, shape, dtype, is column-major, bytes or list)`; very old writers leave out the
  /// version.
  private mutating func builtArray(_ state: [PickleValue]) throws(CodecFailure) -> PickleNode {
    guard state.count == 5 || state.count == 4 else {
      throw malformed("the state of an array", "\(state.count) fields")
    }
    let fields = Array(state.suffix(4))
    let shape = try extents(fields[0])
    let type = try elementType(fields[1])
    let isColumnMajor = integer(fields[2]) == 1
    let axes = Array(shape.indices)
    let content: PickleArray.Content
    if case .list(let objects) = store[fields[3]] {
      content = .objects(objects)
    } else {
      content = .payload(try payload(fields[3]))
    }
    return .array(try makeArray(shape, type, isColumnMajor ? axes.reversed() : axes, content))
  }

  private mutating func pushArray(
    _ shape: [Int], _ type: PickleElementType, _ axisOrder: [Int], _ content: PickleArray.Content
  ) throws(CodecFailure) {
    try push(.array(try makeArray(shape, type, axisOrder, content)))
  }

  private mutating func makeArray(
    _ shape: [Int], _ type: PickleElementType, _ axisOrder: [Int], _ content: PickleArray.Content
  ) throws(CodecFailure) -> UInt32 {
    let shapeText = shape.map(String.init).joined(separator: " x ")
    var product = 1
    for extent in shape {
      let (next, overflow) = product.multipliedReportingOverflow(by: max(extent, 1))
      guard !overflow, next <= 1 << 48 else {
        throw malformed("an array that fits the file", "shape \(shapeText)")
      }
      product = next
    }
    let count = shape.contains(0) ? 0 : product
    switch content {
    case .objects(let objects):
      guard type.isObject, store.elementCount(objects) == count else {
        throw malformed(
          "\(count) objects of an array of shape \(shapeText)",
          "\(store.elementCount(objects)) for dtype \(type.name)")
      }
    case .payload(let payload):
      let (byteCount, overflow) = count.multipliedReportingOverflow(by: type.byteCount)
      guard !overflow, !type.isObject, type.byteCount > 0 || count == 0 || type.isStructured,
        payload.decodedBounds.contains(byteCount) || type.isStructured
      else {
        throw malformed(
          "\(shapeText.isEmpty ? "one element" : "elements of shape \(shapeText)") of \(type.name)",
          "\(payload.count) bytes")
      }
    }
    try charge(PickleStore.arrayCost)
    return store.append(
      PickleArray(
        shape: shape, type: type, strides: PickleArray.strides(shape, axisOrder: axisOrder),
        content: content, byteOffset: reader.opcodeOffset))
  }

  // MARK: What arguments say

  private func tuple(_ value: PickleValue) throws(CodecFailure) -> [PickleValue] {
    guard case .tuple(let collection) = store[value], store.elementCount(collection) <= 64 else {
      throw malformed("a short tuple", store[value].noun)
    }
    return store.elements(collection)
  }

  /// Extents of an array, at most 64 as in NumPy.
  private func extents(_ value: PickleValue) throws(CodecFailure) -> [Int] {
    if let extent = integer(value), extent >= 0 { return [extent] }
    var extents: [Int] = []
    for element in try tuple(value) {
      guard let extent = integer(element), extent >= 0 else {
        throw malformed("extents of an array", store[element].noun)
      }
      extents.append(extent)
    }
    return extents
  }

  private func elementType(_ value: PickleValue) throws(CodecFailure) -> PickleElementType {
    guard case .elementType(let index) = store[value] else {
      throw malformed("a dtype", store[value].noun)
    }
    return store.elementTypes[Int(index)]
  }

  /// Bytes, or the text that Python 2 wrote for them.
  private func payload(_ value: PickleValue) throws(CodecFailure) -> PicklePayload {
    switch store[value] {
    case .bytes(let payload), .text(let payload): return payload
    default: throw malformed("the bytes of an array", store[value].noun)
    }
  }
}
