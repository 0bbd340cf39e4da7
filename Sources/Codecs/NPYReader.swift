extension NPYArray {
  /// Reads an NPY file: versions 1.0 to 3.0, any byte order, either memory order.
  ///
  /// Elements are checked against the bytes that are there before anything is allocated.
  ///
  /// - Throws: `CodecFailure`; no input traps.
  /// - Complexity: O(n) time and memory in the size of `bytes`.
  package init(npy bytes: [UInt8]) throws(CodecFailure) {
    let header = try NPYHeader(bytes)
    let count = try Self.elementCount(header, available: bytes.count - header.dataOffset)
    let plain = PlainElements(
      bytes: bytes, offset: header.dataOffset, count: count, isBigEndian: header.isBigEndian)
    let elements = try NPYElements(plain, header.type)
    self.init(
      shape: header.shape, type: header.type,
      elements: header.isColumnMajor ? elements.rowMajor(header.shape) : elements)
  }

  /// The product of the extents, checked to fill the bytes after the header exactly.
  static func elementCount(
    _ header: NPYHeader, available: Int
  ) throws(CodecFailure) -> Int {
    // A zero does not hide what overflows: readers multiply some of the extents, too.
    var most: Int? = header.type.byteCount
    for extent in header.shape where extent > 0 {
      let product = most?.multipliedReportingOverflow(by: extent)
      most = product?.overflow == false ? product?.partialValue : nil
    }
    let byteCount = header.shape.contains(0) ? most.map { _ in 0 } : most
    let shape = header.shape.map(String.init).joined(separator: " x ")
    guard let byteCount, byteCount <= available else {
      throw .truncated(
        CodecFinding(
          "NPY", at: header.dataOffset,
          expected: "elements of shape \(shape) and type \(header.type.descriptor)",
          found: "\(available) bytes to the end", remedy: "copy, download or save the file again"))
    }
    guard byteCount == available else {
      throw .malformed(
        CodecFinding(
          "NPY", at: header.dataOffset + byteCount, expected: "the end of the file",
          found: "\(available - byteCount) more bytes", remedy: "save one array per file"))
    }
    return byteCount / header.type.byteCount
  }
}

extension NPYElements {
  /// Decodes elements of `type`.
  ///
  /// - Throws: `CodecFailure.malformed` for text that is none.
  init(_ plain: PlainElements, _ type: NPYType) throws(CodecFailure) {
    switch type {
    case .bool: self = .flags(plain.integers(UInt8.self).map { $0 != 0 })
    case .int8: self = .integers(plain.integers(Int8.self).map(Int64.init))
    case .int16: self = .integers(plain.integers(Int16.self).map(Int64.init))
    case .int32: self = .integers(plain.integers(Int32.self).map(Int64.init))
    case .int64: self = .integers(plain.integers(Int64.self))
    case .uint8: self = .integers(plain.integers(UInt8.self).map(Int64.init))
    case .uint16: self = .integers(plain.integers(UInt16.self).map(Int64.init))
    case .uint32: self = .integers(plain.integers(UInt32.self).map(Int64.init))
    case .uint64: self = .unsigned(plain.integers(UInt64.self))
    case .float16: self = .floats(plain.integers(UInt16.self).map(Self.half))
    case .float32: self = .floats(plain.floats())
    case .float64: self = .doubles(plain.integers(UInt64.self).map { Double(bitPattern: $0) })
    case .bytes(let width): self = .texts(try plain.byteTexts(width: width))
    case .unicode(let width): self = .texts(try plain.unicodeTexts(width: width))
    }
  }

  /// The value of an IEEE 754 binary16 pattern.
  private static func half(_ pattern: UInt16) -> Float {
    let sign: Float = pattern & 0x8000 == 0 ? 1 : -1
    let exponent = Int(pattern >> 10 & 31)
    let fraction = Float(pattern & 0x3ff)
    switch exponent {
    case 0: return sign * fraction * Float(sign: .plus, exponent: -24, significand: 1)
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default:
      return sign * Float(sign: .plus, exponent: exponent - 25, significand: 1024 + fraction)
    }
  }
}

extension NPYElements {
  /// The same elements in row-major order, given column-major ones of extents `shape`.
  fileprivate func rowMajor(_ shape: [Int]) -> NPYElements {
    guard count > 0, shape.count > 1 else { return self }
    return switch self {
    case .floats(let values): .floats(Self.transposed(values, shape))
    case .doubles(let values): .doubles(Self.transposed(values, shape))
    case .integers(let values): .integers(Self.transposed(values, shape))
    case .unsigned(let values): .unsigned(Self.transposed(values, shape))
    case .flags(let values): .flags(Self.transposed(values, shape))
    case .texts(let values): .texts(Self.transposed(values, shape))
    }
  }

  private static func transposed<Value>(_ values: [Value], _ shape: [Int]) -> [Value] {
    var strides: [Int] = []
    var stride = 1
    for extent in shape {
      strides.append(stride)
      stride *= extent
    }
    var index = [Int](repeating: 0, count: shape.count)
    var source = 0
    var result: [Value] = []
    result.reserveCapacity(values.count)
    for _ in values.indices {
      result.append(values[source])
      for axis in shape.indices.reversed() {
        index[axis] += 1
        source += strides[axis]
        if index[axis] < shape[axis] { break }
        source -= strides[axis] * shape[axis]
        index[axis] = 0
      }
    }
    return result
  }
}
