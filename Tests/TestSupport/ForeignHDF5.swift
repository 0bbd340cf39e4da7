import CHDF5
import HDF5

/// Makes what `HDF5FileWriter` never writes, for tests of what reads it.
package enum ForeignHDF5 {
  /// Adds a soft link called `name` to the root of the file at `file`.
  package static func addSoftLink(_ name: String, to target: String, file: String) -> Bool {
    edit(file) { root in
      unsafe H5Lcreate_soft(target, root, name, hid_t(0), hid_t(0)) >= 0
    }
  }

  /// Adds a link into the file `other` to the root of the file at `file`.
  package static func addExternalLink(
    _ name: String, to target: String, in other: String, file: String
  ) -> Bool {
    edit(file) { root in
      unsafe H5Lcreate_external(other, target, root, name, hid_t(0), hid_t(0)) >= 0
    }
  }

  /// Adds a second hard link to the object at `target`.
  package static func addHardLink(_ name: String, to target: String, file: String) -> Bool {
    edit(file) { root in
      unsafe H5Lcreate_hard(root, target, root, name, hid_t(0), hid_t(0)) >= 0
    }
  }

  /// Adds a contiguous float dataset `[values.count]`, big-endian where asked for.
  package static func addFloats(
    _ name: String, _ values: [Float], isBigEndian: Bool, file: String
  ) -> Bool {
    edit(file) { root in
      let extent = [hsize_t(values.count)]
      let space = unsafe H5Screate_simple(1, extent, nil)
      defer { H5Sclose(space) }
      let dataset = unsafe H5Dcreate2(
        root, name, chdf5_float_type(4, isBigEndian ? 1 : 0), space, hid_t(0), hid_t(0), hid_t(0))
      defer { H5Dclose(dataset) }
      return unsafe H5Dwrite(
        dataset, chdf5_float_type(4, 0), hid_t(0), hid_t(0), hid_t(0), values) >= 0
    }
  }

  /// Adds a dataset of one byte-sized integer whose values lie in the file `other`.
  package static func addExternalData(_ name: String, in other: String, file: String) -> Bool {
    edit(file) { root in
      let extent = [hsize_t(4)]
      let space = unsafe H5Screate_simple(1, extent, nil)
      defer { H5Sclose(space) }
      let creation = H5Pcreate(chdf5_dataset_create_class())
      defer { H5Pclose(creation) }
      guard unsafe H5Pset_external(creation, other, 0, 4) >= 0 else { return false }
      let dataset = unsafe H5Dcreate2(
        root, name, chdf5_integer_type(1, 0), space, hid_t(0), creation, hid_t(0))
      return H5Dclose(dataset) >= 0
    }
  }

  /// Adds a variable-length string attribute to the root.
  package static func addVariableString(_ name: String, file: String) -> Bool {
    edit(file) { root in
      let type = H5Tcopy(chdf5_string_type())
      defer { H5Tclose(type) }
      H5Tset_size(type, -1)
      let space = H5Screate(H5S_SCALAR)
      defer { H5Sclose(space) }
      let attribute = unsafe H5Acreate2(root, name, type, space, hid_t(0), hid_t(0))
      return H5Aclose(attribute) >= 0
    }
  }

  /// Adds a dataset that declares `extents` floats without storing any.
  package static func addHugeDataset(_ name: String, extents: [UInt64], file: String) -> Bool {
    edit(file) { root in
      let space = unsafe H5Screate_simple(Int32(extents.count), extents, nil)
      defer { H5Sclose(space) }
      let creation = H5Pcreate(chdf5_dataset_create_class())
      defer { H5Pclose(creation) }
      let chunk = extents.map { _ in hsize_t(1) }
      guard unsafe H5Pset_chunk(creation, Int32(chunk.count), chunk) >= 0 else { return false }
      let dataset = unsafe H5Dcreate2(
        root, name, chdf5_float_type(4, 0), space, hid_t(0), creation, hid_t(0))
      return H5Dclose(dataset) >= 0
    }
  }

  /// Removes the object at `path`.
  package static func remove(_ path: String, file: String) -> Bool {
    edit(file) { root in unsafe H5Ldelete(root, path, hid_t(0)) >= 0 }
  }

  /// Removes the attribute called `name` of the object at `path`.
  package static func removeAttribute(_ name: String, of path: String, file: String) -> Bool {
    edit(file) { root in unsafe H5Adelete_by_name(root, path, name, hid_t(0)) >= 0 }
  }

  private static func edit(_ file: String, _ body: (hid_t) -> Bool) -> Bool {
    withLibrary {
      let identifier = unsafe H5Fopen(file, chdf5_file_read_write(), hid_t(0))
      guard identifier >= 0 else { return false }
      let isDone = body(identifier)
      return H5Fclose(identifier) >= 0 && isDone
    }
  }
}
