/// A Swift number with a counterpart among the element types.
package protocol HDF5Scalar: BitwiseCopyable, Sendable {
  static var elementType: ElementType { get }
}

extension Int8: HDF5Scalar { package static var elementType: ElementType { .int8 } }
extension UInt8: HDF5Scalar { package static var elementType: ElementType { .uint8 } }
extension Int16: HDF5Scalar { package static var elementType: ElementType { .int16 } }
extension UInt16: HDF5Scalar { package static var elementType: ElementType { .uint16 } }
extension Int32: HDF5Scalar { package static var elementType: ElementType { .int32 } }
extension UInt32: HDF5Scalar { package static var elementType: ElementType { .uint32 } }
extension Int64: HDF5Scalar { package static var elementType: ElementType { .int64 } }
extension UInt64: HDF5Scalar { package static var elementType: ElementType { .uint64 } }
extension Float: HDF5Scalar { package static var elementType: ElementType { .float32 } }
extension Double: HDF5Scalar { package static var elementType: ElementType { .float64 } }

/// Numbers and text to bytes and back; every function is total.
package enum ElementBytes {
  /// The bytes of `values`, little-endian, back to back.
  package static func bytes<Scalar: HDF5Scalar>(of values: [Scalar]) -> [UInt8] {
    unsafe values.withUnsafeBytes { raw in
      #if _endian(little)
        unsafe Array(raw)
      #else
        swapped(unsafe Array(raw), size: MemoryLayout<Scalar>.size)
      #endif
    }
  }

  /// The numbers in `bytes`, or nil where they do not divide into whole ones.
  package static func values<Scalar: HDF5Scalar>(
    of type: Scalar.Type, in bytes: [UInt8]
  ) -> [Scalar]? {
    guard bytes.count.isMultiple(of: MemoryLayout<Scalar>.size) else { return nil }
    var values: [Scalar] = []
    unsafe append(bytes.span.bytes, to: &values)
    return values
  }

  /// Appends the numbers in `bytes` to `values`; a last one of too few bytes is left out.
  package static func append<Scalar: HDF5Scalar>(_ bytes: RawSpan, to values: inout [Scalar]) {
    let size = MemoryLayout<Scalar>.size
    let count = bytes.byteCount / size
    #if _endian(little)
      unsafe bytes.withUnsafeBytes { source in
        values.append(addingCapacity: count) { output in
          unsafe output.withUnsafeMutableBufferPointer { target, initialised in
            let free = unsafe UnsafeMutableRawBufferPointer(target)[(initialised * size)...]
            unsafe UnsafeMutableRawBufferPointer(rebasing: free).copyMemory(
              from: UnsafeRawBufferPointer(rebasing: source[..<(count * size)]))
            initialised += count
          }
        }
      }
    #else
      let native = swapped(array(bytes), size: size)
      for index in 0..<count {
        unsafe values.append(
          native.span.bytes.unsafeLoadUnaligned(fromByteOffset: index * size, as: Scalar.self))
      }
    #endif
  }

  /// A copy of `bytes`.
  static func array(_ bytes: RawSpan) -> [UInt8] {
    unsafe bytes.withUnsafeBytes { unsafe Array($0) }
  }

  /// `strings` padded with zeros to equal length: that of the longest, at least 1.
  ///
  /// Nil where a string contains a zero, which would not survive.
  package static func bytes(of strings: [String]) -> (bytes: [UInt8], byteCount: Int)? {
    let byteCount = max(1, strings.map(\.utf8.count).max() ?? 1)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(byteCount * strings.count)
    for string in strings {
      let text = Array(string.utf8)
      guard !text.contains(0) else { return nil }
      bytes += text
      bytes += repeatElement(0, count: byteCount - text.count)
    }
    return (bytes, byteCount)
  }

  /// The texts of `byteCount` bytes each in `bytes`, cut at the first zero.
  ///
  /// Nil where the bytes do not divide, are not UTF-8, or have something after a zero.
  package static func strings(in bytes: [UInt8], byteCount: Int) -> [String]? {
    guard byteCount > 0, bytes.count.isMultiple(of: byteCount) else { return nil }
    var strings: [String] = []
    strings.reserveCapacity(bytes.count / byteCount)
    for start in stride(from: 0, to: bytes.count, by: byteCount) {
      let field = bytes[start..<(start + byteCount)]
      let text = field.prefix { $0 != 0 }
      guard field[text.endIndex...].allSatisfy({ $0 == 0 }),
        let string = String(validating: text, as: UTF8.self)
      else { return nil }
      strings.append(string)
    }
    return strings
  }

  #if !_endian(little)
    private static func swapped(_ bytes: [UInt8], size: Int) -> [UInt8] {
      stride(from: 0, to: bytes.count, by: size).flatMap { bytes[$0..<($0 + size)].reversed() }
    }
  #endif
}
