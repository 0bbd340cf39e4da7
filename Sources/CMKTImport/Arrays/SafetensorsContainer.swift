import CMKTFormat
import Codecs

/// Tensors of a safetensors file.
struct SafetensorsContainer: ArrayContainer {
  let path: String
  let arrays: [ArrayDescription]
  private let file: SafetensorsFile
  /// By name.
  private let tensors: [String: SafetensorsFile.Tensor]

  /// - Throws: `ImportFailure`.
  init(path: String) throws(ImportFailure) {
    self.path = path
    do throws(CodecFailure) {
      file = try SafetensorsFile(path: path)
    } catch {
      throw ImportFailure(error, source: path)
    }
    tensors = Dictionary(file.tensors.map { ($0.name, $0) }) { first, _ in first }
    arrays = file.tensors.map {
      ArrayDescription(name: $0.name, shape: $0.shape, isText: false, type: $0.type.rawValue)
    }
  }

  private func tensor(_ name: String) throws(ImportFailure) -> SafetensorsFile.Tensor {
    guard let tensor = tensors[name] else {
      throw failure(name, expected: "a tensor", found: "none")
    }
    return tensor
  }

  func numbers(_ name: String) throws(ImportFailure) -> any NumberArray {
    let tensor = try tensor(name)
    guard tensor.type != .float8e4m3, tensor.type != .float8e5m2 else {
      throw failure(
        name, expected: "numbers of 16 bits or more, or integers", found: tensor.type.rawValue,
        remedy: "save it as F32")
    }
    return SafetensorsNumbers(file: file, tensor: tensor, path: path)
  }

  func integers(_ name: String) throws(ImportFailure) -> [Int] {
    let tensor = try tensor(name)
    do throws(CodecFailure) {
      if let integers = try file.integers(of: tensor) { return integers }
    } catch {
      throw ImportFailure(error, source: path)
    }
    throw failure(name, expected: "whole numbers", found: tensor.type.rawValue)
  }

  func doubles(_ name: String) throws(ImportFailure) -> [Double] {
    let tensor = try tensor(name)
    do throws(CodecFailure) {
      return try file.doubles(of: tensor) ?? []
    } catch {
      throw ImportFailure(error, source: path)
    }
  }

  func texts(_ name: String) throws(ImportFailure) -> [String] {
    try integers(name).map(String.init)
  }
}

private struct SafetensorsNumbers: NumberArray {
  let file: SafetensorsFile
  let tensor: SafetensorsFile.Tensor
  let path: String

  var shape: [Int] { tensor.shape.isEmpty ? [1] : tensor.shape }

  var isIntegral: Bool {
    switch tensor.type {
    case .float16, .bfloat16, .float32, .float64, .float8e4m3, .float8e5m2: false
    default: true
    }
  }

  func floats(in range: Range<Int>) throws(ImportFailure) -> [Float] {
    do throws(CodecFailure) {
      return try Self.inParts(range) { (part) throws(CodecFailure) in
        try file.floats(of: tensor, in: part) ?? []
      }
    } catch {
      throw ImportFailure(error, source: path)
    }
  }
}
