/// When two values count as equal.
package struct DifferenceOptions: Sendable, Equatable {
  /// Whether NaN equals NaN.
  package enum NaNPolicy: String, CaseIterable, Sendable {
    case equal, different
  }

  /// Floats a and b are equal where |a − b| ≤ `absolute` + `relative` · max(|a|, |b|).
  package var absolute: Double
  package var relative: Double
  package var nan: NaNPolicy
  /// What is not compared.
  package var ignored: [IgnoredPath]
  /// Whether sequences of equal id are compared wherever they stand.
  package var inAnyOrder: Bool

  package init(
    absolute: Double = 0, relative: Double = 0, nan: NaNPolicy = .equal,
    ignored: [IgnoredPath] = [], inAnyOrder: Bool = false
  ) {
    self.inAnyOrder = inAnyOrder
    self.absolute = absolute
    self.relative = relative
    self.nan = nan
    self.ignored = ignored
  }

  /// Whether the object or attribute (`/path@name`) at `path` is left out.
  func isIgnored(_ path: String) -> Bool { ignored.contains { $0.covers(path) } }
}

/// A path that is left out, with all that lies in it; `*` stands for any one name.
package struct IgnoredPath: Sendable, Equatable {
  private let names: [Substring]
  /// After the `@`; nil where whole objects are meant.
  private let attribute: Substring?

  /// Nil where `text` is no path from the root, such as `/provenance` or `/frames@time_base`.
  package init?(_ text: String) {
    guard text.hasPrefix("/") else { return nil }
    (names, attribute) = Self.parts(of: text)
    if names.isEmpty, attribute == nil { return nil }
  }

  func covers(_ path: String) -> Bool {
    let (other, otherAttribute) = Self.parts(of: path)
    if let attribute {
      guard let otherAttribute, other.count == names.count,
        attribute == "*" || attribute == otherAttribute
      else { return false }
    } else {
      guard other.count >= names.count else { return false }
    }
    return zip(names, other).allSatisfy { $0 == "*" || $0 == $1 }
  }

  private static func parts(of path: String) -> ([Substring], Substring?) {
    // Names of objects may hold an @ too; the last one is the attribute's.
    guard let at = path.lastIndex(of: "@") else { return (path.split(separator: "/"), nil) }
    return (path[..<at].split(separator: "/"), path[path.index(after: at)...])
  }
}
