import CMKTFormat
import Tensors

/// The pairing of a control: which sequence's strong side teaches each weak sequence.
///
/// Whole sequences are exchanged, between groups and within training, validation and unlabelled
/// each, the same for every epoch. Lengths differ: row t of a sequence meets row
/// t mod T of its partner of T rows, so that the strong side keeps its own speed, is cut where it
/// is longer, and begins anew where it is shorter.
package struct SequenceExchange: Sendable {
  /// By sequence, the one that teaches it; itself where it does not train or select.
  package let partners: [Int]

  /// The exchange of `data` that `seed` draws; nil for the pairing `own`.
  ///
  /// - Throws: `unusableData` where the training sequences are of one group.
  package init?(
    _ pairing: TransferPlan.Pairing, of data: TrainingData, seed: UInt64
  ) throws(EngineFailure) {
    guard pairing != .own else { return nil }
    let sequences = data.sequences
    let training = data.plan.train.filter { !data.sequences.frames(of: $0).isEmpty }
    guard Set(training.map(data.sequences.group)).count > 1 else {
      throw .unusableData(
        location: "/sequences", expected: "training sequences of two or more groups to exchange",
        found: "one group", remedy: "import with --id-pattern, or choose another method")
    }
    var partners = Array(0..<data.sequences.count)
    let parts = [
      (training, "train"), (data.plan.valid, "valid"), (data.plan.unlabelled, "unlabelled"),
    ]
    for (part, name) in parts {
      let members = part.filter { !data.sequences.frames(of: $0).isEmpty }
      let groups = Set(members.map(data.sequences.group))
      // A part of one group learns from the training sequences of other groups.
      let pool = groups.count > 1 ? members : training
      var stream = RandomStream(seed: seed, purpose: "exchange/\(name)")
      let traces = pairing == .exchangedWithinTarget ? TargetTraces(of: data) : nil
      if let traces, name != "unlabelled" {
        for member in members {
          partners[member] = traces.partner(of: member, among: pool, stream: &stream)
        }
      } else {
        Self.rotate(members, pool: pool, sequences: sequences, stream: &stream, into: &partners)
      }
    }
    self.partners = partners
  }

  /// Members in random order of groups, moved on by the size of the largest group: a permutation,
  /// and none stays within its group unless one group has more than half of them.
  private static func rotate(
    _ members: [Int], pool: [Int], sequences: SequenceTable, stream: inout RandomStream,
    into partners: inout [Int]
  ) {
    let byGroup = Dictionary(grouping: members, by: sequences.group)
    let names = byGroup.keys.sorted()
    let order = stream.permutation(names.count).flatMap { name in
      let group = byGroup[names[name]] ?? []
      return stream.permutation(group.count).map { group[$0] }
    }
    let step = byGroup.values.map(\.count).max() ?? 0
    for (place, member) in order.enumerated() {
      let partner = order[(place + step) % order.count]
      let isForeign = sequences.group(of: partner) != sequences.group(of: member)
      let others = isForeign ? [partner] : foreign(to: member, among: pool, sequences)
      partners[member] = others.randomElement(using: &stream) ?? member
    }
  }

  /// Those of `pool` that are of another group than `member`.
  static func foreign(to member: Int, among pool: [Int], _ sequences: SequenceTable) -> [Int] {
    pool.filter { sequences.group(of: $0) != sequences.group(of: member) }
  }

  /// For each row of `axis`, the row that takes its place.
  package func sourceRows(of axis: RowAxis) -> [Int] {
    partners.indices.flatMap { index in
      let own = axis.rows(of: index)
      let other = axis.rows(of: partners[index])
      return own.map {
        other.isEmpty ? $0 : other.lowerBound + ($0 - own.lowerBound) % other.count
      }
    }
  }

  /// `rows`, which stand on `axis`, exchanged.
  func exchanged(_ rows: InputRows, axis: RowAxis) -> InputRows {
    rows.exchanged(by: RowExchange(partners: partners, axis: axis))
  }

  /// `modality` with its inputs exchanged.
  package func exchanged(_ modality: PreparedModality) -> PreparedModality {
    var result = modality
    result.inputs = exchanged(modality.inputs, axis: modality.axis)
    result.validRows = sourceRows(of: modality.axis).map { modality.validRows[$0] }
    return result
  }
}

/// An exchange of whole sequences on the rows of one level.
struct RowExchange: Sendable {
  /// By sequence, the one that takes its place.
  let partners: [Int]
  let axis: RowAxis

  /// The rows that take the place of `ranges`, in order, as runs.
  func sources(of ranges: [Range<Int>]) -> [Range<Int>] {
    var sources: [Range<Int>] = []
    for range in ranges where !range.isEmpty {
      var row = range.lowerBound
      while row < range.upperBound {
        let sequence = axis.sequence(ofRow: row)
        let own = axis.rows(of: sequence)
        let end = min(range.upperBound, own.upperBound)
        append(row..<end, own: own, other: axis.rows(of: partners[sequence]), to: &sources)
        row = end
      }
    }
    return sources
  }

  /// Rows of a sequence meet those of its partner, which begins anew where it is shorter.
  private func append(
    _ rows: Range<Int>, own: Range<Int>, other: Range<Int>, to sources: inout [Range<Int>]
  ) {
    guard !other.isEmpty else {
      sources.append(rows)
      return
    }
    var left = rows.count
    var place = (rows.lowerBound - own.lowerBound) % other.count
    while left > 0 {
      let count = min(left, other.count - place)
      let first = other.lowerBound + place
      sources.append(first..<(first + count))
      left -= count
      place = 0
    }
  }
}
