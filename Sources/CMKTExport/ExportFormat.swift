/// What the weak path can be written as.
package enum ExportFormat: String, CaseIterable, Sendable {
  case onnx
  case safetensors
}
