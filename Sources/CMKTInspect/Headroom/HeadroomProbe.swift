import Tensors

/// What a linear probe of the target is made of.
enum HeadroomProbe: String, CaseIterable, Sendable {
  case weak
  case strong
  case both
  /// The strong features as far as the weak ones predict them.
  case predicted
  case weakAndPredicted
  /// The weak features, fitted on the answers of the strong probe in place of labels.
  case taught

  /// The name for programs.
  var key: String {
    switch self {
    case .weakAndPredicted: "weak_and_predicted"
    default: rawValue
    }
  }

  /// The words of a table.
  var title: String {
    switch self {
    case .weak: "weak"
    case .strong: "strong"
    case .both: "weak and strong"
    case .predicted: "strong as weak predicts it"
    case .weakAndPredicted: "weak and predicted strong"
    case .taught: "weak taught by strong"
    }
  }

  /// Whether it needs the weak modality alone once it is fitted.
  var isDeployable: Bool { self != .strong && self != .both }
}

/// The fitted probes where one fold, or none, is held out; each map `[inputs + 1, C]` with the
/// intercepts in its first row.
struct FittedProbes: Sendable {
  /// From the weak columns.
  var weak: Matrix
  /// From the strong columns.
  var strong: Matrix
  /// From weak and strong columns.
  var both: Matrix
  /// From the weak columns, by way of the predicted strong ones.
  var predicted: Matrix
  var weakAndPredicted: Matrix
  var taught: Matrix
  /// From the weak to the strong columns, `[Dw + 1, Ds]`.
  var translation: Matrix
  /// Means over the rows of the fit: of the target, and of the strong probe's answers there.
  var targetMeans: [Double]
  var answerMeans: [Double]
  /// The penalty of each probe.
  var ridges: [HeadroomProbe: Double]
}
