/// A step between the values of a chunk and its bytes in the file.
package enum Filter: Hashable, Sendable {
  case shuffle
  case deflate(level: Int)
  case fletcher32
  /// A filter that is never written, by its registered number.
  case other(id: Int)
}

/// How the values of a dataset lie in the file.
package enum Layout: String, Sendable {
  case compact, contiguous, chunked, virtual
}

/// All about a dataset but its values.
package struct DatasetInfo: Sendable, Equatable {
  /// Nil where the values cannot be read.
  package var type: ElementType?
  /// The type in words; equals `type`'s description where the file is as this module writes it.
  package var typeDescription: String
  /// Empty for a scalar; `[0]` where there is no dataspace.
  package var shape: [Int]
  /// Nil where the layout is not chunked.
  package var chunkShape: [Int]?
  /// In the order in which they are applied when writing.
  package var filters: [Filter]
  /// Whether chunks that reach beyond the shape pass through no filter.
  package var hasPlainEdges: Bool
  package var layout: Layout
  /// Whether values lie in other files.
  package var isExternalOrVirtual: Bool
  /// Bytes in the file, after compression.
  package var storedByteCount: Int
  /// Whether the shape can grow.
  package var isExtensible: Bool
}

extension DatasetInfo {
  /// The filters that the chunk which begins at `offset` passed through.
  func filters(ofChunkAt offset: [Int]) -> [Filter] {
    guard hasPlainEdges, let chunkShape else { return filters }
    let isWhole = offset.indices.allSatisfy { offset[$0] <= shape[$0] - chunkShape[$0] }
    return isWhole ? filters : []
  }
}

/// One link of a group.
package struct Child: Sendable, Equatable {
  /// What a link leads to; a soft or external link is not followed.
  package enum Kind: String, Sendable {
    case group, dataset, namedType, softLink, externalLink, other
  }

  package var name: String
  package var kind: Kind
  /// Hard links to the object; 1 for links that are not hard.
  package var linkCount: Int

  package init(name: String, kind: Kind, linkCount: Int = 1) {
    self.name = name
    self.kind = kind
    self.linkCount = linkCount
  }
}

extension Child.Kind {
  /// The word in messages.
  package var noun: String {
    switch self {
    case .group: "group"
    case .dataset: "dataset"
    case .namedType: "named type"
    case .softLink: "soft link"
    case .externalLink: "link into another file"
    case .other: "link of an unknown kind"
    }
  }
}

/// A small value attached to a group or dataset.
package struct Attribute: Sendable, Equatable {
  package var name: String
  /// Nil where the value cannot be read; `bytes` is empty then.
  package var type: ElementType?
  package var typeDescription: String
  /// `[1]` for a scalar that this module wrote.
  package var shape: [Int]
  /// Little-endian, row-major.
  package var bytes: [UInt8]

  package init(name: String, type: ElementType, shape: [Int], bytes: [UInt8]) {
    self.init(
      name: name, type: type, typeDescription: type.description, shape: shape, bytes: bytes)
  }

  init(
    name: String, type: ElementType?, typeDescription: String, shape: [Int], bytes: [UInt8]
  ) {
    self.name = name
    self.type = type
    self.typeDescription = typeDescription
    self.shape = shape
    self.bytes = bytes
  }
}

/// A box inside a dataset: `count` elements from `offset` on, per axis.
package struct Slab: Sendable, Equatable {
  package var offset: [Int]
  package var count: [Int]

  package init(offset: [Int], count: [Int]) {
    self.offset = offset
    self.count = count
  }

  /// Whether the box lies inside an array of `shape`.
  package func lies(in shape: [Int]) -> Bool {
    guard offset.count == shape.count, count.count == shape.count else { return false }
    return shape.indices.allSatisfy { axis in
      offset[axis] >= 0 && count[axis] >= 0 && offset[axis] <= shape[axis]
        && count[axis] <= shape[axis] - offset[axis]
    }
  }
}

/// A chunk as it lies in the file, its filters still applied.
package struct RawChunk: Sendable, Equatable {
  /// Of the chunk's first element, per axis.
  package var offset: [Int]
  /// Bit *i* is set where filter *i* was left out.
  package var filterMask: UInt32
  package var bytes: [UInt8]
}

/// The product of `factors`, or nil where it overflows or a factor is negative.
func checkedProduct(_ factors: [Int]) -> Int? {
  // A zero extent makes the product 0 whatever the others are.
  if factors.contains(0) { return 0 }
  var product = 1
  for factor in factors {
    let (next, overflow) = product.multipliedReportingOverflow(by: factor)
    guard factor > 0, !overflow else { return nil }
    product = next
  }
  return product
}
