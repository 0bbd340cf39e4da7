/// The payload of an NPY file, whose extent has been checked.
struct PlainElements {
  let bytes: [UInt8]
  let offset: Int
  let count: Int
  let isBigEndian: Bool

  /// All elements as integers of one width.
  func integers<Value: FixedWidthInteger & BitwiseCopyable>(_ type: Value.Type) -> [Value] {
    let width = MemoryLayout<Value>.size
    precondition(offset >= 0 && count >= 0 && count <= (bytes.count - offset) / width)
    let swapped = isBigEndian
    return unsafe bytes.withUnsafeBytes { buffer in
      unsafe [Value](unsafeUninitializedCapacity: count) { result, filled in
        for index in 0..<count {
          let value = unsafe buffer.loadUnaligned(
            fromByteOffset: offset &+ index &* width, as: Value.self)
          unsafe result[index] = swapped ? Value(bigEndian: value) : Value(littleEndian: value)
        }
        filled = count
      }
    }
  }

  /// All elements as `Float`, in one pass: most arrays are of this type, and long.
  func floats() -> [Float] {
    precondition(offset >= 0 && count >= 0 && count <= (bytes.count - offset) / 4)
    let swapped = isBigEndian
    return unsafe bytes.withUnsafeBytes { buffer in
      unsafe [Float](unsafeUninitializedCapacity: count) { result, filled in
        for index in 0..<count {
          let value = unsafe buffer.loadUnaligned(
            fromByteOffset: offset &+ index &* 4, as: UInt32.self)
          unsafe result[index] = Float(
            bitPattern: swapped ? UInt32(bigEndian: value) : UInt32(littleEndian: value))
        }
        filled = count
      }
    }
  }

  /// All elements as NUL-padded UTF-8 of `width` bytes.
  ///
  /// - Throws: `CodecFailure.malformed` where one is not UTF-8.
  func byteTexts(width: Int) throws(CodecFailure) -> [String] {
    var texts: [String] = []
    texts.reserveCapacity(count)
    for index in 0..<count {
      let start = offset + index * width
      let padded = bytes[start..<(start + width)]
      let end = padded.lastIndex { $0 != 0 }.map { $0 + 1 } ?? start
      guard let text = String(validating: padded[..<end], as: UTF8.self) else {
        throw .malformed(
          CodecFinding(
            "NPY", at: start, expected: "UTF-8 text", found: "other bytes",
            remedy: "save the texts as unicode: array.astype(str)"))
      }
      texts.append(text)
    }
    return texts
  }

  /// All elements as NUL-padded UTF-32 of `width` code points.
  ///
  /// - Throws: `CodecFailure.malformed` where a number is no code point.
  func unicodeTexts(width: Int) throws(CodecFailure) -> [String] {
    let wide = PlainElements(
      bytes: bytes, offset: offset, count: count * width, isBigEndian: isBigEndian)
    let points = wide.integers(UInt32.self)
    var texts: [String] = []
    texts.reserveCapacity(count)
    for index in 0..<count {
      let padded = points[(index * width)..<((index + 1) * width)]
      let end = padded.lastIndex { $0 != 0 }.map { $0 + 1 } ?? padded.startIndex
      var text = ""
      for (place, point) in zip(padded.startIndex..., padded[..<end]) {
        guard let scalar = Unicode.Scalar(point) else {
          throw .malformed(
            CodecFinding(
              "NPY", at: offset + 4 * place, expected: "a Unicode code point", found: "\(point)"))
        }
        text.unicodeScalars.append(scalar)
      }
      texts.append(text)
    }
    return texts
  }
}
