import CMKTFormat

/// What the rows of statistics are ordered by: the largest first, or names and columns ascending.
package enum StatisticsOrder: String, CaseIterable, Sendable {
  case column, name, mean, sd, minimum, maximum, invalid, drift

  /// The numbers of the columns in this order; those without a value last.
  func sorted(_ descriptions: [ColumnDescription], _ names: [String]) -> [Int] {
    let columns = Array(descriptions.indices)
    switch self {
    case .column: return columns
    case .name:
      return columns.sorted { left, right in
        let (first, second) = (name(left, names), name(right, names))
        return first == second ? left < right : first < second
      }
    default:
      return columns.sorted { left, right in
        let (first, second) = (value(of: descriptions[left]), value(of: descriptions[right]))
        return first == second ? left < right : first > second
      }
    }
  }

  private func name(_ column: Int, _ names: [String]) -> String {
    names.indices.contains(column) ? names[column] : ""
  }

  private func value(of description: ColumnDescription) -> Double {
    let profile = description.profile
    guard profile.count > profile.notFiniteCount || self == .invalid else { return -.infinity }
    switch self {
    case .column, .name: return 0
    case .mean: return profile.mean
    case .sd: return profile.standardDeviation
    case .minimum: return profile.minimum
    case .maximum: return profile.maximum
    case .invalid: return Double(description.rowCount - profile.count)
    case .drift: return description.drift.values.compactMap(\.distance).max() ?? -.infinity
    }
  }
}
