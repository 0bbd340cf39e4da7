/// Whether there is anything to transfer, by a rule that was fixed before any data.
enum HeadroomVerdict: String, CaseIterable, Sendable {
  case strongNotBetter = "strong_not_better"
  case notVisible = "not_visible"
  case addsNothing = "adds_nothing"
  case headroom

  /// The intervals that decide, in the order of the rule.
  struct Evidence {
    /// strong − weak.
    let advantage: GroupInterval
    /// The share of the strong probe's answers that the weak modality predicts.
    let visible: GroupInterval
    /// What the weak modality gains by each way of transfer, with intervals that hold together.
    let gains: [GroupInterval]
  }

  init(_ evidence: Evidence) {
    if !evidence.advantage.isAboveZero {
      self = .strongNotBetter
    } else if !evidence.visible.isAboveZero {
      self = .notVisible
    } else if !evidence.gains.contains(where: \.isAboveZero) {
      self = .addsNothing
    } else {
      self = .headroom
    }
  }

  /// One sentence for people.
  func sentence(weak: String, strong: String, target: String) -> String {
    switch self {
    case .strongNotBetter:
      "Nothing to transfer: '\(strong)' is not shown to predict \(target) better than '\(weak)'."
    case .notVisible:
      "Nothing to transfer: what '\(strong)' knows about \(target) is not visible in '\(weak)'."
    case .addsNothing:
      "Nothing to transfer, as far as linear probes can tell: labels alone teach '\(weak)' what"
        + " '\(strong)' could."
    case .headroom:
      "There is something to transfer: '\(weak)' predicts \(target) better when it learns from"
        + " '\(strong)' too."
    }
  }

  /// How it is decided.
  static let rule =
    "Rule: nothing to transfer where the interval of strong − weak reaches 0 or below; else where"
    + " that of the visible share of the strong probe's answers does; else where those of both"
    + " gains do (97.5 % each, so that they hold together)."
}

extension GroupInterval {
  /// Whether all of the interval lies above 0; not without an interval.
  var isAboveZero: Bool { (lower ?? -1) > 0 }
}
