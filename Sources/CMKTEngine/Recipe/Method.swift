/// How a model is trained.
package enum Method: String, CaseIterable, Sendable {
  /// The weak path alone, the baseline: `ŷ = R(E_w(x_w))`.
  case unimodal
  /// Two steps: the strong encoder and head on the task, then the weak path with
  /// `L_y + α L_cor + β L_tr` against the strong latent.
  case cmStew = "cm-stew"

  /// One line for people.
  package var summary: String {
    switch self {
    case .unimodal: "the weak path alone, trained on the task"
    case .cmStew: "strong encoder and head first, then the weak path with translation and alignment"
    }
  }

  /// Whether training reads a strong modality.
  package var needsStrong: Bool { self != .unimodal }

  /// The methods that learn from a strong modality.
  static let transferring = allCases.filter(\.needsStrong)

  /// The method spelled `text`.
  ///
  /// - Throws: `unknownName` with the nearest method.
  package init(named text: String) throws(EngineFailure) {
    guard let method = Method(rawValue: text) else {
      throw .unknownName(kind: "method", name: text, known: Method.allCases.map(\.rawValue))
    }
    self = method
  }
}
