import CHDF5

/// A checked path: plain components only.
struct ObjectPath {
  let components: [String]

  init(_ path: String, file: String) throws(HDF5Failure) {
    if path.isEmpty || path == "/" {
      components = []
      return
    }
    let body = path.hasPrefix("/") ? path.dropFirst() : path[...]
    components = body.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    for component in components {
      guard !component.isEmpty, component != ".", component != "..",
        !component.utf8.contains(0)
      else { throw .badPath(file: file, path: path) }
    }
  }
}

/// Opens the object at `path` below `file` through hard links only, whatever its kind.
func openObject(_ file: hid_t, at path: String, fileName: String) throws(HDF5Failure) -> Identifier
{
  let components = try ObjectPath(path, file: fileName).components
  var walked = Place(file: fileName, path: "/")
  var current = try unsafe Identifier(
    H5Oopen(file, "/", hid_t(0)), H5Oclose, "open the root group", walked)
  for component in components {
    let found = kind(of: current)
    guard found == .group else {
      throw .wrongKind(file: fileName, path: walked.path, expected: .group, found: found)
    }
    walked.path += walked.path == "/" ? component : "/\(component)"
    current = try openChild(component, of: current, walked)
  }
  return current
}

private func openChild(
  _ name: String, of group: borrowing Identifier, _ place: Place
) throws(HDF5Failure) -> Identifier {
  let exists = try check(
    unsafe H5Lexists(group.value, name, hid_t(0)), "look for a link", place)
  guard exists > 0 else { throw .missingObject(file: place.file, path: place.path) }
  let type = try check(unsafe chdf5_link_type(group.value, name), "read a link", place)
  guard type == H5L_TYPE_HARD.rawValue else {
    throw .notHardLink(file: place.file, path: place.path, kind: linkKind(type))
  }
  return try unsafe Identifier(
    H5Oopen(group.value, name, hid_t(0)), H5Oclose, "open the object", place)
}

/// What the open object is.
func kind(of object: borrowing Identifier) -> Child.Kind {
  switch H5Iget_type(object.value) {
  case H5I_GROUP: .group
  case H5I_DATASET: .dataset
  case H5I_DATATYPE: .namedType
  default: .other
  }
}

/// The kind of a link that is not hard.
func linkKind(_ type: Int32) -> Child.Kind {
  switch type {
  case H5L_TYPE_SOFT.rawValue: .softLink
  case H5L_TYPE_EXTERNAL.rawValue: .externalLink
  default: .other
  }
}

/// The extents of the open dataspace: empty for a scalar, `[0]` where it is null.
func shape(of space: borrowing Identifier, _ place: Place) throws(HDF5Failure) -> [Int] {
  if H5Sget_simple_extent_type(space.value) == H5S_NULL { return [0] }
  let rank = try check(H5Sget_simple_extent_ndims(space.value), "read a shape", place)
  var extents = [hsize_t](repeating: 0, count: Int(rank))
  try check(
    unsafe H5Sget_simple_extent_dims(space.value, &extents, nil), "read a shape", place)
  return try extents.map { (extent) throws(HDF5Failure) -> Int in
    guard let extent = Int(exactly: extent) else {
      throw .tooLarge(file: place.file, path: place.path, declaredByteCount: nil, limit: Int.max)
    }
    return extent
  }
}
