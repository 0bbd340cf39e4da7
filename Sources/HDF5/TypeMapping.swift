import CHDF5

extension ElementType {
  /// The HDF5 type, little-endian; the same in the file and in memory.
  func makeIdentifier(
    characterSet: H5T_cset_t = H5T_CSET_UTF8, _ place: Place
  ) throws(HDF5Failure) -> Identifier {
    let base: hid_t =
      switch self {
      case .int8, .int16, .int32, .int64: chdf5_integer_type(byteCount, 1)
      case .uint8, .uint16, .uint32, .uint64: chdf5_integer_type(byteCount, 0)
      case .float32, .float64: chdf5_float_type(byteCount, 0)
      case .string: chdf5_string_type()
      }
    let type = try Identifier(H5Tcopy(base), H5Tclose, "make a type", place)
    if case .string(let byteCount) = self {
      try check(H5Tset_size(type.value, byteCount), "size a string type", place)
      try check(H5Tset_cset(type.value, characterSet), "make a UTF-8 type", place)
      try check(H5Tset_strpad(type.value, H5T_STR_NULLPAD), "make a padded type", place)
    }
    return type
  }
}

/// What a type in a file amounts to.
struct TypeInFile {
  /// Nil where values of the type are not read.
  var element: ElementType?
  /// `element`'s description where the file holds just what would be written; longer otherwise.
  var description: String
  /// Of a string; HDF5 does not convert between character sets.
  var characterSet = H5T_CSET_UTF8

  init(of type: borrowing Identifier) {
    let size = Int(H5Tget_size(type.value))
    switch H5Tget_class(type.value) {
    case H5T_INTEGER: self = Self.integer(type, size)
    case H5T_FLOAT: self = Self.float(type, size)
    case H5T_STRING: self = Self.string(type, size)
    case H5T_BITFIELD: self.init(nil, "bit field")
    case H5T_OPAQUE: self.init(nil, "opaque type")
    case H5T_COMPOUND: self.init(nil, "compound type")
    case H5T_REFERENCE: self.init(nil, "reference")
    case H5T_ENUM: self.init(Self.flag(type, size), "enumeration of \(size)-byte integers")
    case H5T_VLEN: self.init(nil, "variable-length sequence")
    case H5T_ARRAY: self.init(nil, "array type")
    default: self.init(nil, "unknown type")
    }
    if H5Tcommitted(type.value) > 0 { description += ", named" }
  }

  private init(_ element: ElementType?, _ description: String) {
    self.element = element
    self.description = description
  }

  private static func integer(_ type: borrowing Identifier, _ size: Int) -> Self {
    let isSigned = H5Tget_sign(type.value) == H5T_SGN_2
    let whole = H5Tget_precision(type.value) == size * 8 && H5Tget_offset(type.value) == 0
    let element: ElementType? =
      switch (size, isSigned) {
      case (1, true): .int8
      case (1, false): .uint8
      case (2, true): .int16
      case (2, false): .uint16
      case (4, true): .int32
      case (4, false): .uint32
      case (8, true): .int64
      case (8, false): .uint64
      default: nil
      }
    guard whole, let element else { return Self(nil, "integer of \(size) bytes") }
    let isBig = H5Tget_order(type.value) == H5T_ORDER_BE && size > 1
    return Self(element, isBig ? "\(element) big-endian" : "\(element)")
  }

  /// The integer that holds false and true, as h5py stores them; nil for other enumerations.
  private static func flag(_ type: borrowing Identifier, _ size: Int) -> ElementType? {
    guard size == 1, H5Tget_nmembers(type.value) == 2 else { return nil }
    for (value, expected) in [(Int8(0), "FALSE"), (1, "TRUE")] {
      var value = value
      var name = [CChar](repeating: 0, count: 8)
      guard unsafe H5Tenum_nameof(type.value, &value, &name, name.count) >= 0,
        String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
          == expected
      else {
        _ = takeErrorStack()
        return nil
      }
    }
    return .int8
  }

  private static func float(_ type: borrowing Identifier, _ size: Int) -> Self {
    // HDF5 converts any float to a wider one, such as those of two bytes.
    let element: ElementType? = size == 2 || size == 4 ? .float32 : size == 8 ? .float64 : nil
    guard let element else { return Self(nil, "float of \(size) bytes") }
    guard size > 2 else { return Self(element, "float of 2 bytes") }
    if H5Tequal(type.value, chdf5_float_type(size, 0)) > 0 { return Self(element, "\(element)") }
    if H5Tequal(type.value, chdf5_float_type(size, 1)) > 0 {
      return Self(element, "\(element) big-endian")
    }
    return Self(nil, "float of \(size) bytes that is not IEEE")
  }

  private static func string(_ type: borrowing Identifier, _ size: Int) -> Self {
    guard H5Tis_variable_str(type.value) == 0 else { return Self(nil, "variable-length string") }
    let set = H5Tget_cset(type.value)
    let padding = H5Tget_strpad(type.value)
    let element = ElementType.string(byteCount: size)
    var info = Self(element, "\(element)")
    info.characterSet = set
    if set != H5T_CSET_UTF8 { info.description += " ASCII" }
    if padding == H5T_STR_NULLTERM { info.description += " null-terminated" }
    if padding == H5T_STR_SPACEPAD { info.description += " space-padded" }
    return info
  }
}
