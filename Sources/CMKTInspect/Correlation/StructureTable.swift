import Tensors

/// The input features that carry each canonical variate.
enum StructureTable {
  private static let componentCount = 5
  private static let featureCount = 5

  static func section(
    _ structure: StructureCoefficients, _ key: String, _ title: String
  ) -> ReportSection {
    let columns = [
      ReportColumn("component", isNumeric: true), ReportColumn("feature"),
      ReportColumn("coefficient", isNumeric: true),
    ]
    let components = min(componentCount, structure.coefficients.columns)
    let rows = (0..<components).flatMap { component in
      structure.top(featureCount, component: component).map {
        [ReportCell.count(component + 1), .text($0.name, limit: 60), .fixed($0.coefficient)]
      }
    }
    return ReportSection(
      key, "input features behind the canonical variates of \(title)",
      .table(ReportTable(columns, rows: rows, shownRowCount: 10)),
      notes: ["Structure coefficients: correlations of features with the in-sample variates."])
  }
}
