/// How a model is trained: methods, their ablations and their controls.
package enum Method: String, CaseIterable, Sendable {
  /// The weak path alone, the baseline: `ŷ = R(E_w(x_w))`.
  case unimodal
  /// One step: `L_y + α L_cor + β L_tr + γ L_ae`, the strong side an auto-encoder.
  case sew
  /// Two steps: the strong encoder and head on the task, then the weak path with
  /// `L_y + α L_cor + β L_tr` against the strong latent.
  case cmStew = "cm-stew"
  /// CM-StEW without the alignment.
  case translationOnly = "translation-only"
  /// CM-StEW without the translation.
  case alignmentOnly = "alignment-only"
  /// CM-StEW, each sequence taught by the strong side of another group's.
  case shuffledPairing = "shuffled-pairing"
  /// CM-StEW, each sequence taught by the strong side of another group's of about its target.
  case shuffledWithinTarget = "shuffled-within-target"
  /// CM-StEW, the weak modality taught by itself.
  case selfTranslation = "self-translation"
  /// The strong modality in the deployed path: the ceiling.
  case strongOnly = "strong-only"

  /// One line for people.
  package var summary: String {
    switch self {
    case .unimodal: "the weak path alone, trained on the task"
    case .sew: "weak path and strong auto-encoder jointly, with translation and alignment"
    case .cmStew: "strong encoder and head first, then the weak path with translation and alignment"
    case .translationOnly: "cm-stew without the alignment"
    case .alignmentOnly: "cm-stew without the translation"
    case .shuffledPairing: "cm-stew with strong sequences exchanged between groups, a control"
    case .shuffledWithinTarget:
      "cm-stew with strong sequences exchanged between groups at like targets, a control"
    case .selfTranslation: "cm-stew from the weak modality to itself, a control"
    case .strongOnly: "the strong modality alone, trained on the task: the ceiling"
    }
  }

  /// What the method does.
  package var plan: TransferPlan {
    switch self {
    case .unimodal: TransferPlan(teacher: .none)
    case .sew: TransferPlan(teacher: .autoencoder)
    case .cmStew: TransferPlan(teacher: .classifier)
    case .translationOnly: TransferPlan(teacher: .classifier, aligns: false)
    case .alignmentOnly: TransferPlan(teacher: .classifier, translates: false)
    case .shuffledPairing: TransferPlan(teacher: .classifier, pairing: .exchanged)
    case .shuffledWithinTarget:
      TransferPlan(teacher: .classifier, pairing: .exchangedWithinTarget)
    case .selfTranslation: TransferPlan(teacher: .classifier, teachesItself: true)
    case .strongOnly: TransferPlan(teacher: .none, deploysStrong: true)
    }
  }

  /// Whether training reads a strong modality.
  package var needsStrong: Bool {
    plan.deploysStrong || (plan.teacher != .none && !plan.teachesItself)
  }

  /// The methods whose plan fits `condition`.
  static func those(_ condition: (TransferPlan) -> Bool) -> [Method] {
    allCases.filter { condition($0.plan) }
  }

  /// The methods that learn from a teacher.
  static let transferring = those { $0.teacher != .none }
  /// The methods whose teacher learns the task first.
  static let teaching = those { $0.teacher == .classifier }
  /// The methods that align latents.
  static let aligning = those(\.aligns)
  /// The methods that translate.
  static let translating = those(\.translates)

  /// The methods with an encoder of the strong modality.
  static let withStrongEncoder = those { $0.teacher != .none || $0.deploysStrong }
  /// The methods with a decoder of the strong features.
  static let decoding = those { $0.translates || $0.teacher == .autoencoder }

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
