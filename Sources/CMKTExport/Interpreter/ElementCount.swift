/// The number of elements of a tensor of extents `shape`; nil for a shape that cannot be.
///
/// A zero does not hide what overflows: interpreters multiply some of the extents, too.
func elementCount(ofShape shape: [Int]) -> Int? {
  var most = 1
  for extent in shape {
    let (product, overflow) = most.multipliedReportingOverflow(by: max(extent, 1))
    guard extent >= 0, !overflow, product <= 1 << 48 else { return nil }
    most = product
  }
  return shape.contains(0) ? 0 : most
}
