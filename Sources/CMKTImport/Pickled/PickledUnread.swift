/// What stands in a pickle and is not imported, told in the ledger and to the user.
struct PickledUnread: Sendable {
  private var places: [(place: String, reason: String)] = []

  /// A sentence names at most so many.
  private static let mostNamed = 12

  /// Adds what stands at `place`.
  mutating func add(_ place: String, _ reason: String) {
    places.append((place, reason))
  }

  /// Adds rows to the ledger of `dump`, and a sentence to its notes.
  func tell(in dump: inout Dump) {
    guard !places.isEmpty else { return }
    for (place, reason) in places.prefix(Self.mostNamed) {
      dump.ledger.add("read", "keys", .noted, "not imported: \(place), \(reason)", example: place)
    }
    let more = places.count - Self.mostNamed
    if more > 0 {
      dump.ledger.add("read", "keys", .noted, "not imported: further ones", count: more)
    }
    dump.notes.append(
      "not imported: "
        + places.prefix(Self.mostNamed).map { "\($0.place) (\($0.reason))" }
        .joined(separator: ", ") + (more > 0 ? " and \(more) more" : ""))
  }
}
