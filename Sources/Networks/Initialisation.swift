import Tensors

extension Parameter {
  /// A parameter uniform in ±bound, a function of seed and name alone.
  convenience init(name: String, shape: [Int], uniformWithin bound: Double, seed: UInt64) {
    var random = RandomStream(seed: seed, purpose: "initialise/" + name)
    let elements = (0..<shape.reduce(1, *)).map { _ in
      Scalar((2 * random.uniform() - 1) * bound)
    }
    self.init(name: name, value: Tensor(shape: shape, elements: elements))
  }
}
