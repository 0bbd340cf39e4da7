import CMKTFormat
import Codecs
import Foundation

/// Rebuilds the weak path from a safetensors artefact alone and runs one sequence at a time.
///
/// Plain loops in double precision, written from `Formats/export/safetensors.md`; shares no code
/// with the engine or with what writes the artefact.
package struct SafetensorsInterpreter {
  private typealias Row = [Double]

  private let architecture: WeakPathArchitecture
  private let tensors: [String: (shape: [Int], values: [Double])]

  /// - Throws: `artefact` where the bytes are not a safetensors file of the weak path.
  package init(bytes: [UInt8]) throws(ExportFailure) {
    let file: Safetensors
    do throws(CodecFailure) {
      file = try Safetensors(bytes: bytes)
    } catch {
      throw .artefact(
        location: "safetensors", expected: "a safetensors file", found: error.description)
    }
    let text = file.metadata[ArtefactMetadata.architectureKey] ?? ""
    guard
      let decoded = try? JSONDecoder().decode(WeakPathArchitecture.self, from: Data(text.utf8))
    else {
      throw .artefact(
        location: "safetensors metadata", expected: "the typed configuration", found: "none")
    }
    architecture = decoded
    var tensors: [String: (shape: [Int], values: [Double])] = [:]
    for tensor in file.tensors {
      tensors[tensor.name] = (tensor.shape, (tensor.floats ?? []).map { Double($0) })
    }
    self.tensors = tensors
  }

  /// The predictions for one sequence, `rows` `[T][D]` with NaN where a value is missing: by
  /// target, `[T][C]` or `[1][C]`.
  package func predictions(
    for rows: [[Double]]
  ) throws(ExportFailure) -> [String: [[Double]]] {
    guard architecture.encoder.kind != .transformer else {
      throw .artefact(
        location: "encoder.kind", expected: "bigru or gru",
        found: architecture.encoder.kind.rawValue)
    }
    var hidden = try normalised(rows)
    for layer in 0..<architecture.encoder.layerCount {
      let name = "encoder/layer_\(layer)"
      let forward = try recurrence(hidden, name + "/forward")
      guard architecture.encoder.kind == .bigru else {
        hidden = forward
        continue
      }
      let backward = try recurrence(hidden.reversed(), name + "/backward").reversed()
      hidden = zip(forward, backward).map { $0 + $1 }
    }
    let latent = try dense(hidden, "encoder/latent").map { row in
      row.map { apply(architecture.encoder.latentActivation, $0) }
    }
    var predictions: [String: [[Double]]] = [:]
    for head in architecture.heads {
      predictions[head.target] = try output(of: head, latent: latent)
    }
    return predictions
  }

  private func output(of head: HeadConfiguration, latent: [Row]) throws(ExportFailure) -> [Row] {
    var rows = head.pooling == .mean ? [mean(latent)] : latent
    if head.hiddenSize > 0 {
      rows = try dense(rows, "head/\(head.target)/hidden").map { $0.map { max($0, 0) } }
    }
    rows = try dense(rows, "head/\(head.target)/output").map { row in
      switch head.kind {
      case .regression: return row
      case .binary, .multilabel: return row.map { 1 / (1 + exp(-$0)) }
      case .classes:
        let powers = row.map { exp($0 - (row.max() ?? 0)) }
        return powers.map { $0 / powers.reduce(0, +) }
      }
    }
    guard head.pooling == .none, head.delaySeconds > 0,
      let hop = architecture.weak.hopSeconds, hop > 0
    else { return rows }
    let delay = Int((head.delaySeconds / hop).rounded())
    return rows.indices.map { rows[max(0, $0 - delay)] }
  }

  private func mean(_ rows: [Row]) -> Row {
    var sum = Row(repeating: 0, count: architecture.encoder.latentSize)
    for row in rows {
      for (column, value) in row.enumerated() { sum[column] += value }
    }
    return sum.map { $0 / Double(max(rows.count, 1)) }
  }

  private func normalised(_ rows: [Row]) throws(ExportFailure) -> [Row] {
    let width = architecture.weak.featureNames.count
    let mean = try values("normalisation/mean", [width])
    let scale = try values("normalisation/scale", [width])
    return rows.map { row in
      (0..<width).map { row[$0].isNaN ? 0 : (row[$0] - mean[$0]) / scale[$0] }
    }
  }

  private func apply(_ activation: Activation, _ value: Double) -> Double {
    switch activation {
    case .identity: value
    case .tanh: tanh(value)
    case .relu: max(value, 0)
    }
  }

  private func values(_ name: String, _ shape: [Int]) throws(ExportFailure) -> [Double] {
    guard let tensor = tensors[name], tensor.shape == shape else {
      throw .artefact(
        location: "safetensors tensor \(name)", expected: "shape \(shape)",
        found: tensors[name].map { "\($0.shape)" } ?? "nothing")
    }
    return tensor.values
  }

  private func dense(_ rows: [Row], _ name: String) throws(ExportFailure) -> [Row] {
    guard let shape = tensors[name + "/weight"]?.shape, shape.count == 2 else {
      throw .artefact(
        location: "safetensors tensor \(name)/weight", expected: "a matrix", found: "")
    }
    let weight = try values(name + "/weight", shape)
    let bias = try values(name + "/bias", [shape[0]])
    return rows.map { affine($0, weight, bias) }
  }

  /// `W x + b`.
  private func affine(_ row: Row, _ weight: [Double], _ bias: [Double]) -> Row {
    bias.indices.map { output in
      var sum = bias[output]
      for column in row.indices { sum += weight[output * row.count + column] * row[column] }
      return sum
    }
  }

  /// One direction of a GRU layer over `rows`, in their order, PyTorch's equations.
  private func recurrence(_ rows: [Row], _ name: String) throws(ExportFailure) -> [Row] {
    let size = architecture.encoder.hiddenSize
    let inputBias = try values(name + "/input_bias", [3 * size])
    let recurrentBias = try values(name + "/recurrent_bias", [3 * size])
    let recurrentWeight = try values(name + "/recurrent_weight", [3 * size, size])
    let width = tensors[name + "/input_weight"]?.shape.last ?? 0
    let inputWeight = try values(name + "/input_weight", [3 * size, width])
    var state = Row(repeating: 0, count: size)
    var states: [Row] = []
    for row in rows {
      let fromInput = affine(row, inputWeight, inputBias)
      let fromState = affine(state, recurrentWeight, recurrentBias)
      state = (0..<size).map { unit in
        let reset = 1 / (1 + exp(-(fromInput[unit] + fromState[unit])))
        let update = 1 / (1 + exp(-(fromInput[size + unit] + fromState[size + unit])))
        let new = tanh(fromInput[2 * size + unit] + reset * fromState[2 * size + unit])
        return (1 - update) * new + update * state[unit]
      }
      states.append(state)
    }
    return states
  }
}
