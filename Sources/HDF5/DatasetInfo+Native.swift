extension DatasetInfo {
  /// A dataset of one of our own types, inside its file and of fixed shape.
  package init(
    type: ElementType, shape: [Int], chunkShape: [Int]?, filters: [Filter], storedByteCount: Int
  ) {
    self.init(
      type: type, typeDescription: type.description, shape: shape, chunkShape: chunkShape,
      filters: filters, hasPlainEdges: false,
      layout: chunkShape == nil ? .contiguous : .chunked,
      isExternalOrVirtual: false, storedByteCount: storedByteCount, isExtensible: false)
  }
}
