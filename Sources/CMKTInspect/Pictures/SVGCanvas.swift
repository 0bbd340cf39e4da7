/// Elements of an SVG picture, in the order of painting.
///
/// Colours are classes, so that a page's light, dark and printed scheme applies; see
/// `PictureStyle`.
package struct SVGCanvas {
  private(set) var body = ""

  /// An empty canvas.
  package init() {}

  /// Which point of a text its place means.
  enum Anchor: String {
    case start, middle, end
  }

  mutating func line(
    _ from: (x: Double, y: Double), _ to: (x: Double, y: Double), _ style: String,
    dash: String? = nil
  ) {
    let ends = "x1=\"\(c(from.x))\" y1=\"\(c(from.y))\" x2=\"\(c(to.x))\" y2=\"\(c(to.y))\""
    body += "<line class=\"\(style)\" \(ends)\(Self.dashes(dash))/>\n"
  }

  /// A line through `points`; a point that is not finite breaks it.
  mutating func polyline(
    _ points: [(x: Double, y: Double)], _ style: String, dash: String? = nil
  ) {
    var path = ""
    var isDrawing = false
    for point in points {
      guard point.x.isFinite, point.y.isFinite else {
        isDrawing = false
        continue
      }
      path += "\(isDrawing ? "L" : "M")\(c(point.x)) \(c(point.y))"
      isDrawing = true
    }
    guard !path.isEmpty else { return }
    body += "<path class=\"\(style)\" d=\"\(path)\"\(Self.dashes(dash))/>\n"
  }

  /// The area that `points` go round.
  mutating func polygon(_ points: [(x: Double, y: Double)], _ style: String) {
    let finite = points.filter { $0.x.isFinite && $0.y.isFinite }
    guard let first = finite.first else { return }
    let rest = finite.dropFirst().map { "L\(c($0.x)) \(c($0.y))" }.joined()
    body += "<path class=\"\(style)\" d=\"M\(c(first.x)) \(c(first.y))\(rest)Z\"/>\n"
  }

  mutating func rectangle(
    x: Double, y: Double, width: Double, height: Double, _ style: String, dash: String? = nil,
    radius: Double = 0
  ) {
    let corner = radius > 0 ? " rx=\"\(c(radius))\"" : ""
    body +=
      "<rect class=\"\(style)\" x=\"\(c(x))\" y=\"\(c(y))\" width=\"\(c(max(0, width)))\""
      + " height=\"\(c(max(0, height)))\"\(corner)\(Self.dashes(dash))/>\n"
  }

  /// Areas of one colour that does not follow the scheme, such as cells of a heat map.
  ///
  /// - Parameter isCrisp: whether edges lie on whole pixels, so that neighbours leave no slit.
  mutating func fill(path: String, colour: String, isCrisp: Bool) {
    let edges = isCrisp ? " shape-rendering=\"crispEdges\"" : ""
    body += "<path fill=\"\(colour)\"\(edges) d=\"\(path)\"/>\n"
  }

  mutating func text(
    _ text: String, x: Double, y: Double, _ style: String = "label", anchor: Anchor = .start,
    attributes: String = ""
  ) {
    guard !text.isEmpty else { return }
    let place = anchor == .start ? "" : " text-anchor=\"\(anchor.rawValue)\""
    body +=
      "<text class=\"\(style)\" x=\"\(c(x))\" y=\"\(c(y))\"\(place)\(attributes)>"
      + "\(Markup.escaped(text))</text>\n"
  }

  /// A mark of series `series` at each of `points`: shapes differ as colours do.
  mutating func marks(
    _ points: [(x: Double, y: Double)], series: Int, size: Double = 3, _ style: String
  ) {
    let paths = points.filter { $0.x.isFinite && $0.y.isFinite }.map {
      Self.mark(SeriesStyle.shape(series), x: $0.x, y: $0.y, size: size)
    }
    guard !paths.isEmpty else { return }
    body += "<path class=\"\(style)\" d=\"\(paths.joined())\"/>\n"
  }

  /// The outline of a mark around a point.
  static func mark(_ shape: SeriesStyle.Shape, x: Double, y: Double, size: Double) -> String {
    func c(_ value: Double) -> String { Markup.coordinate(value) }
    let (r, wide) = (size, size * 1.25)
    switch shape {
    case .circle:
      return "M\(c(x - r)) \(c(y))a\(c(r)) \(c(r)) 0 1 0 \(c(2 * r)) 0"
        + "a\(c(r)) \(c(r)) 0 1 0 \(c(-2 * r)) 0Z"
    case .square:
      return "M\(c(x - r)) \(c(y - r))h\(c(2 * r))v\(c(2 * r))h\(c(-2 * r))Z"
    case .triangle:
      return "M\(c(x)) \(c(y - wide))L\(c(x + wide)) \(c(y + r))L\(c(x - wide)) \(c(y + r))Z"
    case .diamond:
      return "M\(c(x)) \(c(y - wide))L\(c(x + wide)) \(c(y))L\(c(x)) \(c(y + wide))"
        + "L\(c(x - wide)) \(c(y))Z"
    case .inverted:
      return "M\(c(x)) \(c(y + wide))L\(c(x + wide)) \(c(y - r))L\(c(x - wide)) \(c(y - r))Z"
    }
  }

  /// An arrow head whose tip is at `tip`, pointing along (`dx`, `dy`).
  mutating func arrowHead(
    at tip: (x: Double, y: Double), dx: Double, dy: Double, _ style: String
  ) {
    let length = (dx * dx + dy * dy).squareRoot()
    guard length > 0 else { return }
    let (ux, uy) = (dx / length, dy / length)
    polygon(
      [
        tip, (tip.x - 7 * ux - 3.5 * uy, tip.y - 7 * uy + 3.5 * ux),
        (tip.x - 7 * ux + 3.5 * uy, tip.y - 7 * uy - 3.5 * ux),
      ], style)
  }

  private func c(_ value: Double) -> String { Markup.coordinate(value) }

  private static func dashes(_ dash: String?) -> String {
    dash.map { " stroke-dasharray=\"\($0)\"" } ?? ""
  }
}
