extension EngineFailure {
  /// The path of the object in a file that is not as needed; nil where none is named.
  package var object: String? {
    switch self {
    case .unusableData(let location, _, _, _), .invalidModel(let location, _, _):
      location.hasPrefix("/") ? location : nil
    default: nil
    }
  }
}
