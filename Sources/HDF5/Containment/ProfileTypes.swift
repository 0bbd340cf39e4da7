import CHDF5

/// Which types values and attributes may have: no references, nothing named, nothing huge.
struct ProfileType {
  private let mayRefer: Bool
  private var memberCount = 0

  /// - Parameter mayRefer: whether references to objects may stand there, unread.
  init(mayRefer: Bool) { self.mayRefer = mayRefer }

  /// - Throws: `refused` or `library`.
  mutating func check(
    _ type: borrowing Identifier, _ place: Place, depth: Int = 0
  ) throws(HDF5Failure) {
    memberCount += 1
    guard depth < ProfileLimits.typeDepth, memberCount <= ProfileLimits.typeMemberCount else {
      throw refusal(
        .typeTooComplex, place.path,
        "over \(ProfileLimits.typeDepth) levels or \(ProfileLimits.typeMemberCount) members")
    }
    guard H5Tcommitted(type.value) <= 0 else { throw refusal(.committedType, place.path, "") }
    let size = H5Tget_size(type.value)
    guard size > 0 else {
      throw .library(
        operation: "read the type", file: "", path: place.path, stack: takeErrorStack())
    }
    guard size <= ProfileLimits.typeByteCount else {
      throw refusal(.typeTooComplex, place.path, "elements of \(size) bytes")
    }
    switch H5Tget_class(type.value) {
    case H5T_REFERENCE where mayRefer && H5Tequal(type.value, chdf5_object_reference_type()) > 0:
      break
    case H5T_REFERENCE: throw refusal(.referenceType, place.path, "")
    case H5T_COMPOUND, H5T_ENUM: try checkMembers(type, place, depth)
    case H5T_VLEN, H5T_ARRAY:
      let inner = try Identifier(H5Tget_super(type.value), H5Tclose, "read the type", place)
      try check(inner, place, depth: depth + 1)
    case H5T_NO_CLASS:
      throw .library(
        operation: "read the type", file: "", path: place.path, stack: takeErrorStack())
    default: break
    }
  }

  private mutating func checkMembers(
    _ type: borrowing Identifier, _ place: Place, _ depth: Int
  ) throws(HDF5Failure) {
    let count = try HDF5.check(H5Tget_nmembers(type.value), "read the type", place)
    guard count <= ProfileLimits.typeMemberCount else {
      throw refusal(.typeTooComplex, place.path, "\(count) members")
    }
    guard H5Tget_class(type.value) == H5T_COMPOUND else { return }
    for index in 0..<UInt32(count) {
      let member = try Identifier(
        H5Tget_member_type(type.value, index), H5Tclose, "read the type", place)
      try check(member, place, depth: depth + 1)
    }
  }
}

/// The attributes of an object.
struct ProfileAttributes {
  let byteCount: Int

  /// - Throws: `refused` or `library`.
  func check(_ object: borrowing Identifier, _ place: Place) throws(HDF5Failure) {
    let count = try HDF5.check(
      chdf5_attribute_count(object.value), "count the attributes", place)
    guard count <= ProfileLimits.attributeCount else {
      throw refusal(.tooManyAttributes, place.path, "\(count)")
    }
    for index in 0..<hsize_t(count) {
      let attribute = try unsafe Identifier(
        H5Aopen_by_idx(
          object.value, ".", H5_INDEX_NAME, H5_ITER_INC, index, hid_t(0), hid_t(0)),
        H5Aclose, "open an attribute", place)
      try checkAttribute(attribute, place)
    }
  }

  private func checkAttribute(
    _ attribute: borrowing Identifier, _ place: Place
  ) throws(HDF5Failure) {
    let bytes = try attributeNameBytes(attribute, place)
    var inner = place
    inner.path += "@\(String(decoding: bytes, as: UTF8.self))"
    guard let name = String(validating: bytes, as: UTF8.self), name.isPlainAttributeName else {
      throw refusal(.badName, inner.path, "")
    }
    let type = try Identifier(H5Aget_type(attribute.value), H5Tclose, "read the type", inner)
    var profile = ProfileType(mayRefer: false)
    try profile.check(type, inner)
    let space = try Identifier(H5Aget_space(attribute.value), H5Sclose, "read the shape", inner)
    let shape = try shape(of: space, inner)
    let declared = checkedProduct(shape + [Int(clamping: H5Tget_size(type.value))])
    guard shape.count <= ProfileLimits.rank, let declared,
      declared <= ProfileLimits.attributeByteCount
    else {
      throw refusal(
        .attributeTooLarge, inner.path, "\(declared.map { "\($0)" } ?? "over 2^63") bytes")
    }
    _ = try readAttribute(attribute, place, limit: ProfileLimits.attributeByteCount)
  }
}

extension String {
  /// As a name of an object, but that slashes do no harm.
  fileprivate var isPlainAttributeName: Bool {
    split(separator: "/", omittingEmptySubsequences: true).allSatisfy { String($0).isPlainName }
      && !isEmpty
  }
}
