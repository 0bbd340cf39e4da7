import CMKTEngine
import CMKTFormat
import Tensors

/// What a synthetic source states about its views: the canonical correlations that no noise of a
/// sample and no mixing of features change.
///
/// See Formats/import/synthetic.md: the extractor of modality `latent_truth` reads
/// `true latents; canonical correlations audio-video 0.88 0.68 0.51, …`.
struct KnownTruth: Sendable, Equatable {
  /// The modality that holds the true latents.
  static let modality = "latent_truth"

  /// By pair of modalities, as the text names them.
  private let correlations: [String: [Double]]

  /// Nil where the text states none.
  init?(extractor text: String) {
    guard let start = text.firstRange(of: "canonical correlations ") else { return nil }
    var found: [String: [Double]] = [:]
    for part in text[start.upperBound...].split(separator: ",") {
      let words = part.split(separator: " ")
      let numbers = words.dropFirst().compactMap { Double($0) }
      guard let pair = words.first, numbers.count == words.count - 1, !numbers.isEmpty,
        numbers.allSatisfy({ (0...1).contains($0) })
      else { return nil }
      found[String(pair)] = numbers
    }
    guard !found.isEmpty else { return nil }
    correlations = found
  }

  /// What the features file `file` states; nil where it states none.
  init?(of file: InspectedFile) {
    self.init(extractor: file.text("extractor", of: "/modalities/\(Self.modality)"))
  }

  /// Those of two modalities, in either order; falling.
  func correlations(of first: String, and second: String) -> [Double]? {
    correlations["\(first)-\(second)"] ?? correlations["\(second)-\(first)"]
  }
}

extension ViewSource {
  /// The modality that a view is made of.
  package func modality(behind view: ViewSpecification) -> String? {
    switch view.content {
    case .weakLatent, .translated: model?.architecture.weak.name
    case .strongLatent, .strongFeatures: branch?.modality.name
    case .modality(let name): name
    }
  }

  /// What no noise of a sample hides: the canonical correlations of the two modalities behind the
  /// views, falling, where a synthetic source states them; beside the true latents themselves, how
  /// much each of what the other view shows has of its cause, within the recordings of `rows`.
  ///
  /// - Throws: what the engine refuses.
  package func trueCorrelations(beside rows: ViewRows) throws(InspectFailure) -> [Double]? {
    guard let truth, let first = modality(behind: first), let second = modality(behind: second)
    else { return nil }
    guard first == KnownTruth.modality || second == KnownTruth.modality else {
      return truth.correlations(of: first, and: second)
    }
    let view = ViewSpecification(.modality(KnownTruth.modality))
    let latents = try inputs(of: view, beside: rows)
    let other = first == KnownTruth.modality ? second : first
    let values = latents.values.centredWithin(rows.recordings)
    var correlations: [Double] = []
    for (place, name) in latents.names.enumerated() where name.hasPrefix("shared_") {
      let shown = other + name.dropFirst("shared".count)
      guard let column = latents.names.firstIndex(of: shown) else { continue }
      func product(_ first: Int, _ second: Int) -> Double {
        (0..<values.rows).reduce(0) { $0 + values[$1, first] * values[$1, second] }
      }
      let scale = (product(place, place) * product(column, column)).squareRoot()
      if scale > 0 { correlations.append(product(place, column) / scale) }
    }
    return correlations.isEmpty ? nil : correlations.sorted(by: >)
  }
}

extension Matrix {
  /// The rows in each of `ranges` less their own mean.
  fileprivate func centredWithin(_ ranges: [Range<Int>]) -> Matrix {
    var result = self
    for range in ranges {
      for column in 0..<columns {
        let mean = range.reduce(0) { $0 + self[$1, column] } / Double(max(1, range.count))
        for row in range { result[row, column] -= mean }
      }
    }
    return result
  }
}
