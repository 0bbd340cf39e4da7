package import Tensors

/// One run of networks forward: the tape that records it, and whether dropout acts.
///
/// The usual step:
///
///     let encoder = Encoder<Float>(name: "encoder", inputSize: 74, hiddenSize: 64, …, seed: 1)
///     let optimiser = Optimiser(encoder.parameters + head.parameters, learningRate: 1e-3)
///     let tape = Tape<Float>(compute: Compute(threadCount: 2))
///     for step in 0..<steps {
///       let pass = ForwardPass(tape, training: RandomStream(seed: 1, purpose: "dropout", step: step))
///       let x = tape.constant(rows: ranges, of: features)            // [ΣT, D]
///       let batch = RaggedBatch(lengths: ranges.map(\.count))
///       let z = encoder(x, batch, pass)                              // [ΣT, K]
///       let loss = tape.concordanceLoss(head(z, pass), targets)
///       tape.backward(from: loss)
///       optimiser.step(clippingTo: 5, level: tape.compute.level)
///       tape.reset()
///     }
package final class ForwardPass<Scalar: TensorScalar> {
  package let tape: Tape<Scalar>
  private var random: RandomStream?

  /// A pass for predicting: dropout does nothing.
  package init(_ tape: Tape<Scalar>) {
    self.tape = tape
    random = nil
  }

  /// A pass for training; `random` decides the dropout masks.
  package init(_ tape: Tape<Scalar>, training random: RandomStream) {
    self.tape = tape
    self.random = random
  }

  /// `x + dropout(f)`; see `Tape.addDropped`.
  package func add(
    _ x: Variable<Scalar>, dropped f: Variable<Scalar>, _ probability: Double
  ) -> Variable<Scalar> {
    guard probability > 0, let key = random?.next() else { return tape.add(x, f) }
    return tape.addDropped(x, f, probability: probability, key: key)
  }

  /// A dense layer with ReLU and dropout; see `Tape.denseReLU`.
  package func denseReLU(
    _ x: Variable<Scalar>, _ weight: Parameter<Scalar>, _ bias: Parameter<Scalar>,
    dropping probability: Double
  ) -> Variable<Scalar> {
    let key = probability > 0 ? random?.next() : nil
    return tape.denseReLU(
      x, tape.parameter(weight), tape.parameter(bias), dropping: key == nil ? 0 : probability,
      key: key ?? 0)
  }

  /// Dropout when training; every call has a mask of its own.
  package func dropout(_ x: Variable<Scalar>, _ probability: Double) -> Variable<Scalar> {
    guard probability > 0, let key = random?.next() else { return x }
    return tape.dropout(x, probability: probability, key: key)
  }
}
