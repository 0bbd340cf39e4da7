private import Foundation

/// How the learning rate goes over the steps of a stage.
package struct LearningRateSchedule: Sendable, Equatable {
  /// What follows the warm-up.
  package enum Kind: String, CaseIterable, Sendable {
    /// Lowered by a factor whenever the validation loss has not improved for a while.
    case plateau
    /// Half a cosine from the peak to the last rate (Loshchilov & Hutter 2017, without restarts).
    case cosine
    case constant
  }

  package var kind: Kind
  /// The rate after the warm-up.
  package var peakRate: Double
  /// The rate of `cosine` at the end, as a share of `peakRate`.
  package var lastShare: Double
  /// Steps over which the rate rises in equal parts to `peakRate`; 0 for none.
  package var warmUpSteps: Int
  /// Steps of the whole stage.
  package var totalSteps: Int

  package init(
    kind: Kind, peakRate: Double, lastShare: Double = 0, warmUpSteps: Int = 0, totalSteps: Int
  ) {
    self.kind = kind
    self.peakRate = peakRate
    self.lastShare = lastShare
    self.warmUpSteps = warmUpSteps
    self.totalSteps = totalSteps
  }

  /// The rate of `step`, counted from 0; a pure function, so that a run can resume anywhere.
  ///
  /// - Parameter plateauFactor: what `plateau` has multiplied the rate by so far.
  package func rate(atStep step: Int, plateauFactor: Double) -> Double {
    if step < warmUpSteps { return peakRate * Double(step + 1) / Double(warmUpSteps) }
    switch kind {
    case .constant: return peakRate
    case .plateau: return peakRate * plateauFactor
    case .cosine:
      let length = max(1, totalSteps - warmUpSteps)
      let progress = min(1, Double(step - warmUpSteps) / Double(length))
      return peakRate * (lastShare + (1 - lastShare) * (1 + cos(.pi * progress)) / 2)
    }
  }
}
