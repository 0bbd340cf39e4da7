import HDF5

/// The HDF5 identifiers that `body` left open; other threads are kept out of HDF5 meanwhile.
///
/// `body` must not wait for another thread that uses HDF5.
package func leakedIdentifierCount<Failure: Error>(
  _ body: () throws(Failure) -> Void
) throws(Failure) -> Int {
  try withLibrary { () throws(Failure) -> Int in
    let before = openIdentifierCount()
    try body()
    return openIdentifierCount() - before
  }
}
