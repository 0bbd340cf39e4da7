package import Tensors

/// A part of a model with trained parameters, listed explicitly: their names are the file format.
package protocol Network<Scalar> {
  associatedtype Scalar: TensorScalar
  /// In the order of the file.
  var parameters: [Parameter<Scalar>] { get }
}

extension Network {
  /// The present weights by name, rounded to single precision.
  package var weights: [(name: String, tensor: Tensor<Float>)] {
    parameters.map { parameter in
      let value = parameter.value
      return (
        parameter.name, Tensor(shape: value.shape, elements: value.elements.map { Float($0) })
      )
    }
  }

  /// Takes every parameter from `weights`, which may hold more.
  ///
  /// - Throws: `NetworksFailure` where one is missing or has another shape; nothing changes then.
  package func load(
    _ weights: [(name: String, tensor: Tensor<Float>)]
  ) throws(NetworksFailure) {
    let byName = Dictionary(weights.map { ($0.name, $0.tensor) }) { first, _ in first }
    var found: [(Parameter<Scalar>, Tensor<Float>)] = []
    for parameter in parameters {
      guard let tensor = byName[parameter.name] else { throw .missingWeight(parameter.name) }
      guard tensor.shape == parameter.shape else {
        throw .wrongShape(parameter.name, expected: parameter.shape, found: tensor.shape)
      }
      found.append((parameter, tensor))
    }
    for (parameter, tensor) in found {
      parameter.value = Tensor(
        shape: tensor.shape, elements: tensor.elements.map { Scalar($0) })
    }
  }

  /// Freezes or thaws every parameter: frozen ones receive no gradient and no update.
  package func setFrozen(_ isFrozen: Bool) {
    for parameter in parameters { parameter.isFrozen = isFrozen }
  }
}

/// What is wrong with weights from outside.
package enum NetworksFailure: Error, Equatable, CustomStringConvertible {
  case missingWeight(String)
  case wrongShape(String, expected: [Int], found: [Int])

  package var description: String {
    switch self {
    case .missingWeight(let name):
      "weights: expected \(name), found none; the file does not fit its architecture"
    case .wrongShape(let name, let expected, let found):
      "weights: expected \(name) of shape \(expected), found \(found); the file does not fit its "
        + "architecture"
    }
  }
}
