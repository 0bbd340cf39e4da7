import CHDF5

extension HDF5FileReader {
  /// The type of the dataset at `path` with the members of a compound type or an enumeration, and
  /// what a sequence or an array is of.
  ///
  /// For people: it says more than `DatasetInfo.typeDescription`, which digests cover.
  package func typeDetail(at path: String) throws(HDF5Failure) -> String {
    try withObject(path, .dataset) { (dataset, place, _) throws(HDF5Failure) in
      let type = try Identifier(H5Dget_type(dataset.value), H5Tclose, "read the type", place)
      return try detail(of: type, depth: 0, place)
    }
  }
}

/// More members, or types within types, are left out.
private let mostMembers = 16
private let greatestDepth = 4

private func detail(
  of type: borrowing Identifier, depth: Int, _ place: Place
) throws(HDF5Failure) -> String {
  let plain = TypeInFile(of: type).description
  guard depth < greatestDepth else { return plain }
  switch H5Tget_class(type.value) {
  case H5T_COMPOUND:
    return plain
      + (try members(of: type, place) { (index, name) throws(HDF5Failure) in
        let member = try Identifier(
          H5Tget_member_type(type.value, index), H5Tclose, "read a type's member", place)
        return "\(name): \(try detail(of: member, depth: depth + 1, place))"
      })
  case H5T_ENUM:
    return plain + (try members(of: type, place) { (_, name) throws(HDF5Failure) in name })
  case H5T_VLEN, H5T_ARRAY:
    let element = try Identifier(H5Tget_super(type.value), H5Tclose, "read a type", place)
    return "\(plain) of \(try detail(of: element, depth: depth + 1, place))"
  default:
    return plain
  }
}

/// ` {first, second, …}`, each as `describe` has it.
private func members(
  of type: borrowing Identifier, _ place: Place,
  _ describe: (UInt32, String) throws(HDF5Failure) -> String
) throws(HDF5Failure) -> String {
  let count = try check(H5Tget_nmembers(type.value), "count a type's members", place)
  var texts: [String] = []
  for index in 0..<UInt32(min(mostMembers, Int(count))) {
    guard let name = unsafe H5Tget_member_name(type.value, index) else {
      throw .library(
        operation: "read a type's member", file: place.file, path: place.path,
        stack: takeErrorStack())
    }
    defer { _ = unsafe H5free_memory(name) }
    texts.append(try describe(index, unsafe String(cString: name)))
  }
  if Int(count) > mostMembers { texts.append("… (\(count))") }
  return " {\(texts.joined(separator: ", "))}"
}
