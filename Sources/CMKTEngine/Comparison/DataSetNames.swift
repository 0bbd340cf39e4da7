extension ComparisonPlan {
  /// A name for each features file: its base name without its ending; equal ones are numbered.
  package static func dataSetNames(ofFiles paths: [String]) -> [String] {
    var names: [String] = []
    for path in paths {
      let file = path.split(separator: "/").last.map(String.init) ?? path
      let name = file.hasSuffix(".h5") ? String(file.dropLast(3)) : file
      var number = 1
      var candidate = name
      while names.contains(candidate) {
        number += 1
        candidate = "\(name)-\(number)"
      }
      names.append(candidate)
    }
    return names
  }
}
