/// How series are told apart: by colour, by dashes and by the shape of their marks.
enum SeriesStyle {
  enum Shape: CaseIterable {
    case circle, square, triangle, diamond, inverted
  }

  /// As many colours as `PictureStyle` defines.
  static let colourCount = 6

  /// The class of the colour of series `series`.
  static func colour(_ series: Int) -> String { "s\(series % colourCount)" }

  static func shape(_ series: Int) -> Shape {
    Shape.allCases[series % Shape.allCases.count]
  }

  /// Nil for the first, which is drawn through.
  static func dash(_ series: Int) -> String? {
    let dashes: [String?] = [nil, "7 3", "2 2", "9 3 2 3", "4 2", "1 3"]
    return dashes[series % dashes.count]
  }
}

/// Colours of numbers, from tables of our own.
package enum ColourMap {
  /// From blue over green to yellow; lightness rises evenly, so that it also reads in grey.
  case sequential
  /// From blue over white to red; white is the middle.
  case diverging

  /// The colour of `share` in 0…1, such as `#31688e`; grey where it is not finite.
  package func colour(_ share: Double) -> String {
    guard share.isFinite else { return "#9a9a9a" }
    let points = self == .sequential ? Self.sequentialPoints : Self.divergingPoints
    let place = min(1, max(0, share)) * Double(points.count - 1)
    let index = min(points.count - 2, Int(place))
    let rest = place - Double(index)
    let channels = zip(points[index], points[index + 1]).map { low, high in
      Int((low + (high - low) * rest).rounded())
    }
    return "#" + channels.map(Self.hexadecimal).joined()
  }

  /// Whether black text is read better than white on the colour of `share`.
  func isLight(_ share: Double) -> Bool {
    guard share.isFinite else { return true }
    return self == .sequential ? share > 0.3 : (0.15...0.85).contains(share)
  }

  private static func hexadecimal(_ value: Int) -> String {
    let digits = String(min(255, max(0, value)), radix: 16)
    return digits.count == 1 ? "0" + digits : digits
  }

  /// Red, green, blue at equal steps, chosen for even steps of lightness (L* from 34 to 88): the
  /// darkest stands off from dark paper, too.
  private static let sequentialPoints: [[Double]] = [
    [45, 79, 139], [40, 102, 144], [35, 125, 145], [35, 146, 140], [47, 167, 129], [83, 186, 108],
    [128, 202, 84], [179, 215, 64], [234, 226, 58],
  ]
  private static let divergingPoints: [[Double]] = [
    [20, 60, 122], [54, 116, 178], [130, 178, 214], [205, 224, 236], [247, 247, 247],
    [248, 214, 196], [232, 154, 122], [196, 82, 68], [126, 16, 38],
  ]
}
