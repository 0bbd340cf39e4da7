import CHDF5

/// The links of the open group, sorted by the bytes of their names.
func listChildren(
  of group: borrowing Identifier, _ place: Place
) throws(HDF5Failure) -> [Child] {
  let links = try listLinks(of: group, place, limit: Int.max) ?? []
  var children: [Child] = []
  children.reserveCapacity(links.count)
  for link in links { children.append(try describe(link, in: group, place)) }
  return children
}

/// A link as it stands in a group, not resolved.
struct Link {
  var name: [UInt8]
  /// `H5L_type_t`.
  var type: Int32
}

/// The links of the open group, sorted by the bytes of their names; nil where they are more than
/// `limit`.
func listLinks(
  of group: borrowing Identifier, _ place: Place, limit: Int
) throws(HDF5Failure) -> [Link]? {
  var links = BoundedLinks(limit: limit)
  try check(
    unsafe withUnsafeMutablePointer(to: &links) { pointer in
      unsafe chdf5_visit_links(
        group.value,
        { name, type, context in
          guard let name = unsafe name, let context = unsafe context else { return 0 }
          var bytes: [UInt8] = []
          while unsafe name[bytes.count] != 0 {
            bytes.append(UInt8(bitPattern: unsafe name[bytes.count]))
          }
          let links = unsafe context.assumingMemoryBound(to: BoundedLinks.self)
          return unsafe links.pointee.add(Link(name: bytes, type: type)) ? 0 : 1
        }, pointer)
    }, "list the group", place)
  guard !links.isFull else { return nil }
  return links.links.sorted { $0.name.lexicographicallyPrecedes($1.name) }
}

/// Links up to a limit.
private struct BoundedLinks {
  let limit: Int
  var links: [Link] = []
  var isFull = false

  init(limit: Int) { self.limit = limit }

  /// Whether it took `link`.
  mutating func add(_ link: Link) -> Bool {
    isFull = links.count >= limit
    if !isFull { links.append(link) }
    return !isFull
  }
}

private func describe(
  _ link: Link, in group: borrowing Identifier, _ place: Place
) throws(HDF5Failure) -> Child {
  guard let name = String(validating: link.name, as: UTF8.self) else {
    return Child(name: String(decoding: link.name, as: UTF8.self), kind: .other)
  }
  guard link.type == H5L_TYPE_HARD.rawValue else {
    return Child(name: name, kind: linkKind(link.type))
  }
  var inner = place
  inner.path += place.path.hasSuffix("/") ? name : "/\(name)"
  let object = try unsafe Identifier(
    H5Oopen(group.value, name, hid_t(0)), H5Oclose, "open the object", inner)
  var address: UInt64 = 0
  let count = try check(
    unsafe chdf5_object_links(object.value, &address), "count the links", inner)
  return Child(name: name, kind: kind(of: object), linkCount: Int(count))
}

/// The attributes of the open object, sorted by the bytes of their names.
func readAttributes(
  of object: borrowing Identifier, _ place: Place, limit: Int
) throws(HDF5Failure) -> [Attribute] {
  let count = try check(chdf5_attribute_count(object.value), "count the attributes", place)
  var attributes: [Attribute] = []
  for index in 0..<hsize_t(count) {
    let attribute = try unsafe Identifier(
      H5Aopen_by_idx(
        object.value, ".", H5_INDEX_NAME, H5_ITER_INC, index, hid_t(0), hid_t(0)),
      H5Aclose, "open an attribute", place)
    attributes.append(try readAttribute(attribute, place, limit: limit))
  }
  return attributes.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
}

func readAttribute(
  _ attribute: borrowing Identifier, _ place: Place, limit: Int
) throws(HDF5Failure) -> Attribute {
  let name = try attributeName(attribute, place)
  var inner = place
  inner.path += "@\(name)"
  let fileType = try Identifier(
    H5Aget_type(attribute.value), H5Tclose, "read the type", inner)
  let type = TypeInFile(of: fileType)
  let space = try Identifier(
    H5Aget_space(attribute.value), H5Sclose, "read the shape", inner)
  let shape = try shape(of: space, inner)
  var result = Attribute(
    name: name, type: type.element, typeDescription: type.description, shape: shape, bytes: [])
  guard let element = type.element else { return result }
  let byteCount = try checkedByteCount(shape, element, inner, limit: limit)
  guard byteCount > 0 else { return result }
  let memoryType = try element.makeIdentifier(characterSet: type.characterSet, inner)
  var bytes = [UInt8](repeating: 0, count: byteCount)
  try check(
    unsafe H5Aread(attribute.value, memoryType.value, &bytes), "read the attribute", inner)
  result.bytes = bytes
  return result
}

private func attributeName(
  _ attribute: borrowing Identifier, _ place: Place
) throws(HDF5Failure) -> String {
  String(decoding: try attributeNameBytes(attribute, place), as: UTF8.self)
}

func attributeNameBytes(
  _ attribute: borrowing Identifier, _ place: Place
) throws(HDF5Failure) -> [UInt8] {
  let length = try check(
    H5Aget_name(attribute.value, 0, nil), "read an attribute's name", place)
  var buffer = [CChar](repeating: 0, count: length + 1)
  try check(
    unsafe H5Aget_name(attribute.value, buffer.count, &buffer), "read an attribute's name", place)
  return buffer.prefix(length).map(UInt8.init(bitPattern:))
}

/// The bytes of an array, where a file of this size may declare so many.
func checkedByteCount(
  _ shape: [Int], _ element: ElementType, _ place: Place, limit: Int
) throws(HDF5Failure) -> Int {
  let declared = checkedProduct(shape + [element.byteCount])
  guard let declared, declared <= limit else {
    throw .tooLarge(
      file: place.file, path: place.path, declaredByteCount: declared, limit: limit)
  }
  return declared
}
