import CMKTFormat
import Codecs

extension ImportFormat {
  /// Any arrays of NumPy; see `Formats/import/arrays.md`.
  static let npz = ImportFormat(
    "npz", "NumPy .npz of arrays: features, ids, lengths or offsets, labels"
  ) { probe in
    probe.signature == .zip
  } open: { (probe, options) throws(ImportFailure) in
    try ArrayDump(
      NumPyContainer(npz: probe.argument.path), probe.argument, options, format: "npz",
      only: probe.argument.inside.map { String($0.drop { $0 == "/" }) }
    ).dump()
  }

  /// One array of NumPy.
  static let npy = ImportFormat(
    "npy", "NumPy .npy: rows x features of one recording, or entries x rows x features"
  ) { probe in
    probe.signature == .npy
  } open: { (probe, options) throws(ImportFailure) in
    let argument = probe.argument
    return try ArrayDump(
      NumPyContainer(npy: argument.path, name: argument.name ?? argument.stem), argument,
      options, format: "npy", only: nil
    ).dump()
  }

  /// Datasets of an HDF5 file.
  static let hdf5 = ImportFormat(
    "hdf5", "flat HDF5: datasets at the top, in a group or one of them, FILE::/PATH"
  ) { probe in
    probe.signature == .hdf5
  } open: { (probe, options) throws(ImportFailure) in
    let argument = probe.argument
    let container = try HDF5Container(path: argument.path, inside: argument.inside)
    return try ArrayDump(
      container, argument, options, format: "hdf5", only: container.only
    ).dump()
  }

  /// Tensors of a safetensors file.
  static let safetensors = ImportFormat(
    "safetensors", "safetensors: tensors of features, lengths or offsets, labels"
  ) { probe in
    Self.looksLikeSafetensors(probe.prefix)
  } open: { (probe, options) throws(ImportFailure) in
    let argument = probe.argument
    return try ArrayDump(
      SafetensorsContainer(path: argument.path), argument, options, format: "safetensors",
      only: argument.inside.map { String($0.drop { $0 == "/" }) }
    ).dump()
  }

  /// Eight bytes of a length that may be, and the start of a JSON object.
  private static func looksLikeSafetensors(_ prefix: [UInt8]) -> Bool {
    guard prefix.count > 9, prefix[5] == 0, prefix[6] == 0, prefix[7] == 0,
      prefix[8] == UInt8(ascii: "{")
    else { return false }
    let next = prefix[9...].first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
    return next == UInt8(ascii: "\"") || next == UInt8(ascii: "}")
  }
}
