import Tensors

/// Which input features carry the canonical variates of each latent.
struct StructurePictures {
  let views: LatentViews
  /// Whether features are told by their number alone: names may be words.
  let isShared: Bool

  private static let componentCount = 3
  private static let featureCount = 5

  /// One picture for each side that has sound features.
  var pictures: [Picture] { views.structure.compactMap(picture) }

  private func picture(
    _ side: String, _ modality: String, _ structure: StructureCoefficients
  ) -> Picture? {
    let components = min(Self.componentCount, structure.coefficients.columns)
    let rows = (0..<components).flatMap { component in
      structure.top(Self.featureCount, component: component).map { entry in
        ForestPlot.Row(
          name: isShared ? "feature \(entry.column + 1)" : entry.name,
          heading: "component \(component + 1)", mean: entry.coefficient,
          style: side == "weak" ? 0 : 1)
      }
    }
    guard let first = rows.first, let value = first.mean else { return nil }
    return ForestPlot(
      title: "structure coefficient", unit: PlotAxis.noUnit, rowTitle: "feature of \(modality)",
      rows: rows,
      reference: 0, drawsBars: true
    ).picture(
      "structure-\(views.label)-\(views.strongName)-\(side)",
      "\(views.label): features behind the \(side) variates",
      summary: "The \(Self.featureCount) features of \(modality) that go most with each of the"
        + " leading canonical variates of the \(side) latent; first \(first.name),"
        + " \(Ticks.signed(Wording.fixed(value, 3))).",
      notes: [
        "Structure coefficients: correlations of features with variates on these rows, along"
          + (views.hasStoredDirections
            ? " directions from the training data." : " directions fitted on these rows.")
          + " The sign of a component is free."
      ])
  }
}
