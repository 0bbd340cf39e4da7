import Networks
import Tensors

extension Recipe {
  /// A fresh optimiser of `parameters`.
  func optimiser(of parameters: [Parameter<Float>]) -> Optimiser<Float> {
    let momentum = number(.momentum)
    let secondMoment = number(.secondMoment)
    let rule: UpdateRule =
      switch choice(.optimiserKind) {
      case "adam": .adam(beta1: momentum, beta2: secondMoment)
      case "sgd": .descent(momentum: momentum)
      default: .adamW(beta1: momentum, beta2: secondMoment)
      }
    return Optimiser(
      parameters, rule: rule, learningRate: number(.learningRate),
      weightDecay: number(.weightDecay))
  }

  /// The learning rate of a stage.
  func schedule(stepsPerEpoch: Int) -> LearningRateSchedule {
    LearningRateSchedule(
      kind: LearningRateSchedule.Kind(rawValue: choice(.scheduleKind)) ?? .plateau,
      peakRate: number(.learningRate), lastShare: number(.scheduleLast),
      warmUpSteps: integer(.warmUpSteps), totalSteps: integer(.epochs) * stepsPerEpoch)
  }

  /// When a stage stops, and when the plateau schedule lowers the rate.
  var stoppingRule: StoppingRule {
    StoppingRule(
      patience: integer(.patience), schedulePatience: integer(.schedulePatience),
      rateFactor: number(.scheduleFactor))
  }
}
