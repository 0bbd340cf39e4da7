import CHDF5

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writes a new file in the 1.10 format; equal calls give equal bytes.
package final class HDF5FileWriter {
  /// The path as given.
  package let path: String
  private var file: Identifier?

  /// Creates the file at `path`.
  ///
  /// - Throws: `fileExists`, `missingFolder`, `accessDenied` or `library`.
  package init(creatingAt path: String) throws(HDF5Failure) {
    self.path = path
    self.file = nil
    self.file = try withLibrary { () throws(HDF5Failure) in try Self.create(path) }
  }

  deinit { withLibrary { file = nil } }

  private static func create(_ path: String) throws(HDF5Failure) -> Identifier {
    let place = Place(file: path)
    guard !path.utf8.contains(0) else { throw .missingFolder(file: path) }
    let creation = try Identifier(
      H5Pcreate(chdf5_file_create_class()), H5Pclose, "set up the file", place)
    try check(H5Pset_obj_track_times(creation.value, false), "turn times off", place)
    let access = try makeFileAccess(place)
    do throws(HDF5Failure) {
      return try unsafe Identifier(
        H5Fcreate(path, chdf5_file_exclusive(), creation.value, access.value), H5Fclose,
        "create the file", place)
    } catch {
      guard let number = error.systemErrorNumber.flatMap(Int32.init(exactly:)) else { throw error }
      let failure = systemFailure(number, path, "create it")
      if case .missingFile = failure { throw .missingFolder(file: path) }
      throw failure
    }
  }

  /// Writes everything to the file and closes it; it cannot be used afterwards.
  package func close() throws(HDF5Failure) {
    try withLibrary { () throws(HDF5Failure) in
      let place = Place(file: path)
      try check(H5Fflush(try fileIdentifier(), H5F_SCOPE_LOCAL), "flush the file", place)
      guard let file = file.take() else { throw .closed(file: path) }
      try file.close("close the file", place)
    }
  }

  /// Creates the group at `path`, whose parent exists.
  package func createGroup(_ path: String) throws(HDF5Failure) {
    try withLibrary { () throws(HDF5Failure) in
      let place = Place(file: self.path, path: path)
      let parent = try openParent(of: path)
      let creation = try Identifier(
        H5Pcreate(chdf5_group_create_class()), H5Pclose, "set up a group", place)
      try check(H5Pset_obj_track_times(creation.value, false), "turn times off", place)
      _ = try unsafe Identifier(
        H5Gcreate2(parent.group.value, parent.name, hid_t(0), creation.value, hid_t(0)), H5Gclose,
        "create the group", place)
    }
  }

  /// Creates the dataset at `path`, whose parent exists.
  ///
  /// `chunkShape` is no larger than `shape` on any axis, and nil for an empty dataset. `filters`
  /// are applied in their order and need chunks.
  package func createDataset(
    _ path: String, type: ElementType, shape: [Int], chunkShape: [Int]?, filters: [Filter]
  ) throws(HDF5Failure) {
    try withLibrary { () throws(HDF5Failure) in
      let place = Place(file: self.path, path: path)
      let parent = try openParent(of: path)
      let fileType = try type.makeIdentifier(place)
      let space = try makeSpace(shape, place)
      let creation = try makeDatasetCreation(chunkShape, filters, place)
      _ = try unsafe Identifier(
        H5Dcreate2(
          parent.group.value, parent.name, fileType.value, space.value, hid_t(0), creation.value,
          hid_t(0)),
        H5Dclose, "create the dataset", place)
    }
  }

  /// Writes `bytes` (little-endian, row-major) to the dataset at `path`, or to a part of it.
  ///
  /// - Precondition: `bytes` are as many as the part has.
  package func write(
    _ bytes: [UInt8], to path: String, slab: Slab? = nil
  ) throws(HDF5Failure) {
    try unsafe bytes.span.bytes.withUnsafeBytes { (raw) throws(HDF5Failure) in
      try unsafe write(raw, to: path, slab: slab)
    }
  }

  /// Writes `values` to the dataset of their type at `path`, or to a part of it.
  package func write<Scalar: HDF5Scalar>(
    values: [Scalar], to path: String, slab: Slab? = nil
  ) throws(HDF5Failure) {
    #if _endian(little)
      try unsafe values.span.bytes.withUnsafeBytes { (raw) throws(HDF5Failure) in
        try unsafe write(raw, to: path, slab: slab)
      }
    #else
      try write(ElementBytes.bytes(of: values), to: path, slab: slab)
    #endif
  }

  private func write(
    _ raw: UnsafeRawBufferPointer, to path: String, slab: Slab?
  ) throws(HDF5Failure) {
    try withLibrary { () throws(HDF5Failure) in
      let place = Place(file: self.path, path: path)
      let dataset = try openObject(try fileIdentifier(), at: path, fileName: self.path)
      let found = kind(of: dataset)
      guard found == .dataset else {
        throw .wrongKind(file: self.path, path: path, expected: .dataset, found: found)
      }
      let info = try readInfo(of: dataset, place)
      guard let type = info.type else {
        throw .unsupportedType(file: self.path, path: path, found: info.typeDescription)
      }
      if let slab, !slab.lies(in: info.shape) {
        throw .badSlab(file: self.path, path: path, slab: slab, shape: info.shape)
      }
      let expected = checkedProduct((slab?.count ?? info.shape) + [type.byteCount])
      precondition(expected == raw.count, "\(path) takes \(expected ?? -1) bytes, not \(raw.count)")
      guard raw.count > 0 else { return }
      let memoryType = try type.makeIdentifier(place)
      let selection = try Selection(of: dataset, slab: slab, place)
      try check(
        unsafe H5Dwrite(
          dataset.value, memoryType.value, selection.memory.value, selection.file.value, hid_t(0),
          raw.baseAddress), "write the values", place)
    }
  }

  /// Attaches `attribute` to the group or dataset at `path`; it must not have one of that name.
  ///
  /// - Precondition: the attribute has a type, and bytes as its shape asks for.
  package func setAttribute(_ attribute: Attribute, on path: String) throws(HDF5Failure) {
    guard let type = attribute.type else { preconditionFailure("an attribute without a type") }
    precondition(
      checkedProduct(attribute.shape + [type.byteCount]) == attribute.bytes.count,
      "@\(attribute.name) has \(attribute.bytes.count) bytes for shape \(attribute.shape)")
    try withLibrary { () throws(HDF5Failure) in
      let place = Place(file: self.path, path: "\(path)@\(attribute.name)")
      let object = try openObject(try fileIdentifier(), at: path, fileName: self.path)
      let fileType = try type.makeIdentifier(place)
      let space = try makeSpace(attribute.shape, place)
      let created = try unsafe Identifier(
        H5Acreate2(
          object.value, attribute.name, fileType.value, space.value, hid_t(0), hid_t(0)),
        H5Aclose, "create the attribute", place)
      guard !attribute.bytes.isEmpty else { return }
      try check(
        unsafe H5Awrite(created.value, fileType.value, attribute.bytes), "write the attribute",
        place)
    }
  }

  func fileIdentifier() throws(HDF5Failure) -> hid_t {
    switch file {
    case .some(let file): file.value
    case .none: throw .closed(file: path)
    }
  }

  /// The open parent group of `path`, and the last component.
  private func openParent(of path: String) throws(HDF5Failure) -> Parent {
    let components = try ObjectPath(path, file: self.path).components
    guard let name = components.last else { throw .badPath(file: self.path, path: path) }
    let parentPath = "/" + components.dropLast().joined(separator: "/")
    let parent = try openObject(try fileIdentifier(), at: parentPath, fileName: self.path)
    let found = kind(of: parent)
    guard found == .group else {
      throw .wrongKind(file: self.path, path: parentPath, expected: .group, found: found)
    }
    return Parent(group: parent, name: name)
  }
}

/// Where an object is to be created.
private struct Parent: ~Copyable {
  let group: Identifier
  let name: String
}
