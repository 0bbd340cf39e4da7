/// A modality of an `npz-dialogue` file, read sequence by sequence.
struct DialogueTrack: Track {
  /// The arrays of one split.
  struct Part: Sendable {
    /// `[N, T, D]`.
    let values: any NumberArray
    /// `[N, T]` or `[N, T, D]`; nil where every frame may be used.
    let mask: (any NumberArray)?
    /// As messages call the mask.
    let maskName: String
  }

  /// Where the frames of an entry are.
  struct Place: Sendable {
    let part: Int
    let sequence: Int
    let length: Int
    /// Counted over all entries.
    let firstFrame: Int
  }

  let name: String
  let columnNames: [String]
  var parts: [Part] = []
  /// By entry.
  var places: [Place] = []
  /// Start and end of all frames, `[F, 2]` seconds; nil where only their order is known.
  var intervals: [Double]?
  let source: DialogueSource

  var role: TrackRole { .modality(ModalityDescription()) }
  var axis: TrackAxis { .frames }

  func rows(of entry: Int) throws(ImportFailure) -> TrackRows? {
    let place = places[entry]
    let part = parts[place.part]
    let frames = frames(of: place, paddedLength: part.values.shape[1])
    var rows = TrackRows(
      values: try part.values.floats(in: frames.scaled(by: columnNames.count)),
      intervals: intervals.map {
        Array($0[(place.firstFrame..<place.firstFrame + place.length).scaled(by: 2)])
      })
    if let mask = part.mask {
      let isPerValue = mask.shape.count == 3
      let flags = try mask.floats(in: frames.scaled(by: isPerValue ? columnNames.count : 1))
      guard flags.allSatisfy({ $0 == 0 || $0 == 1 }) else {
        throw source.failure(
          part.maskName, expected: "flags 0 and 1 (dtype bool)", found: "other values")
      }
      let isValid = flags.map { $0 == 1 }
      rows.validity = isPerValue ? .elements(isValid) : .rows(isValid)
    }
    return rows
  }

  private func frames(of place: Place, paddedLength: Int) -> Range<Int> {
    let first = place.sequence * paddedLength
    return first..<first + place.length
  }
}
