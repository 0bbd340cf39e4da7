/// Why a file is refused before any of its data is used.
///
/// The raw values stand in JSON and in `Formats/security.md`.
package enum ProfileCause: String, Sendable, CaseIterable {
  // Links and the tree.
  case softLink = "soft-link"
  case externalLink = "external-link"
  case userDefinedLink = "user-defined-link"
  case sharedObject = "shared-object"
  case badName = "bad-name"
  case tooDeep = "too-deep"
  case tooManyObjects = "too-many-objects"
  case tooManyAttributes = "too-many-attributes"
  // Where values lie.
  case externalStorage = "external-storage"
  case virtualDataset = "virtual-dataset"
  case filter = "filter"
  case chunkLayout = "chunk-layout"
  case tallChunks = "tall-chunks"
  case userBlock = "user-block"
  case trailingBytes = "trailing-bytes"
  // Types.
  case referenceType = "reference-type"
  case committedType = "committed-type"
  case typeTooComplex = "type-too-complex"
  // Sizes.
  case declaredTooLarge = "declared-too-large"
  case attributeTooLarge = "attribute-too-large"
  case textTooLong = "text-too-long"
  // What the library does with it.
  case damaged = "damaged"
  case crashed = "crashed"
  case timedOut = "timed-out"
  case outOfMemory = "out-of-memory"

  /// What was found, in words.
  package var noun: String {
    switch self {
    case .softLink: "a soft link, which may lead anywhere"
    case .externalLink: "a link into another file"
    case .userDefinedLink: "a link of an unknown kind"
    case .sharedObject: "an object with more than one name, or a group inside itself"
    case .badName: "a name that is empty, '.', '..', too long, or not plain text"
    case .tooDeep: "groups that lie too deep in each other"
    case .tooManyObjects: "more objects than a file may have"
    case .tooManyAttributes: "more attributes than an object may have"
    case .externalStorage: "values that lie in another file"
    case .virtualDataset: "values that are put together from other datasets"
    case .filter: "a filter other than shuffle, deflate and fletcher32"
    case .chunkLayout: "values that cannot lie in the file as it says"
    case .tallChunks: "rows in more chunks than can be kept from row to row"
    case .userBlock: "bytes before it begins"
    case .trailingBytes: "bytes after its end"
    case .referenceType: "references"
    case .committedType: "a named type"
    case .typeTooComplex: "a type that is too large or too deep"
    case .declaredTooLarge: "more values than a file of this size may declare"
    case .attributeTooLarge: "an attribute that is too large"
    case .textTooLong: "texts that are too long"
    case .damaged: "something that HDF5 cannot read"
    case .crashed: "something that ends HDF5 by a signal"
    case .timedOut: "something that keeps HDF5 busy beyond its time"
    case .outOfMemory: "something that takes more memory than it may"
    }
  }

  /// What to do.
  package var remedy: String {
    switch self {
    case .damaged, .crashed, .timedOut, .outOfMemory, .chunkLayout:
      "copy or download the file again; do not trust it"
    case .tallChunks: "repack the file with chunks of whole rows (h5repack -l CHUNK=…)"
    case .filter: "repack the file with gzip (h5repack -f GZIP=4)"
    case .declaredTooLarge, .textTooLong, .attributeTooLarge, .tooManyObjects:
      "split the file, or read it with --trust where it comes from yourself"
    default: "store plain groups and datasets, or read it with --trust where it is your own"
    }
  }
}
