import CHDF5

/// A dataspace of `shape` that cannot grow; a scalar where `shape` is empty.
func makeSpace(_ shape: [Int], _ place: Place) throws(HDF5Failure) -> Identifier {
  if shape.isEmpty { return try Identifier(H5Screate(H5S_SCALAR), H5Sclose, "make a shape", place) }
  precondition(shape.allSatisfy { $0 >= 0 }, "negative extent in \(shape)")
  let extents = shape.map { hsize_t($0) }
  return try unsafe Identifier(
    H5Screate_simple(Int32(extents.count), extents, nil), H5Sclose, "make a shape", place)
}

/// How a dataset is laid out: chunked with `filters`, or contiguous where `chunkShape` is nil.
func makeDatasetCreation(
  _ chunkShape: [Int]?, _ filters: [Filter], _ place: Place
) throws(HDF5Failure) -> Identifier {
  let creation = try Identifier(
    H5Pcreate(chdf5_dataset_create_class()), H5Pclose, "set up a dataset", place)
  try check(H5Pset_obj_track_times(creation.value, false), "turn times off", place)
  guard let chunkShape else {
    precondition(filters.isEmpty, "filters need chunks")
    return creation
  }
  let extents = chunkShape.map { hsize_t($0) }
  try check(
    unsafe H5Pset_chunk(creation.value, Int32(extents.count), extents), "set the chunks", place)
  for filter in filters {
    let status =
      switch filter {
      case .shuffle: H5Pset_shuffle(creation.value)
      case .deflate(let level): H5Pset_deflate(creation.value, UInt32(level))
      case .fletcher32: H5Pset_fletcher32(creation.value)
      case .other(let id): preconditionFailure("filter \(id) is not written")
      }
    try check(status, "add a filter", place)
  }
  return creation
}
