import HDF5

/// Compares what stands in a file with the schema: objects, types, shapes, attributes, storage.
struct StructureChecks {
  let schema: Schema
  let inventory: Inventory
  private(set) var findings: [Finding] = []
  /// What each letter stands for, by scope and letter.
  private var bindings: [String: Int] = [:]

  init(schema: Schema, inventory: Inventory) {
    self.schema = schema
    self.inventory = inventory
  }

  /// All structural findings, in byte order of the paths, what is missing last.
  static func findings(of inventory: Inventory, against schema: Schema) -> [Finding] {
    var checks = StructureChecks(schema: schema, inventory: inventory)
    checks.run()
    return inventory.findings + checks.findings
  }

  private mutating func run() {
    // The table that defines N comes first, so that others are measured against it.
    let anchors = ["/sequences/id", "/frames/interval"].compactMap(inventory.object(at:))
    for object in anchors { bindShape(of: object) }
    for object in inventory.objects where !isExtension(object.path) { check(object) }
    for rule in schema.objects where rule.presence == .required { checkPresence(of: rule) }
  }

  private func isExtension(_ path: String) -> Bool {
    isWithin(path, "/extensions") && path != "/extensions"
  }

  private mutating func check(_ object: Inventory.Object) {
    guard let rule = rule(for: object) else {
      findings.append(
        Finding(
          .unknownObject, object.path, "not part of the format; readers ignore it",
          remedy: "Put additions of your own into /extensions."))
      return
    }
    switch (rule.kind, object.info) {
    case (.group, nil): break
    case (.dataset(let type, let shapes), let info?):
      checkDataset(object, info, type, shapes, ownScope: rule.components.last == "**")
    case (.group, _?):
      findings.append(Finding(.objectKind, object.path, "expected a group, found a dataset"))
    case (.dataset, nil):
      findings.append(Finding(.objectKind, object.path, "expected a dataset, found a group"))
    }
    checkAttributes(of: object, rule)
  }

  /// The rule of `object`; groups below a `**` rule hold such datasets and need no rule.
  private func rule(for object: Inventory.Object) -> ObjectRule? {
    guard let rule = schema.rule(for: object.path) else { return nil }
    if rule.components.last == "**", object.info == nil {
      return ObjectRule(group: rule.path, presence: .optional, "A group of tensors.")
    }
    return rule
  }

  // MARK: Datasets

  private mutating func checkDataset(
    _ object: Inventory.Object, _ info: DatasetInfo, _ type: TypeRule, _ shapes: [[Extent]],
    ownScope: Bool
  ) {
    if info.type.map(type.accepts) != true {
      findings.append(
        Finding(
          .elementType, object.path,
          "expected \(type.rawValue), found \(info.typeDescription)"))
    }
    let scope = ownScope ? object.path : scope(of: object.path)
    if !shapes.contains(where: { bind($0, to: info.shape, in: scope) }) {
      let expected = shapes.map { describe($0, in: scope) }.joined(separator: " or ")
      findings.append(
        Finding(.shape, object.path, "expected shape \(expected), found \(info.shape)"))
    }
    checkStorage(object, info)
  }

  private mutating func checkStorage(_ object: Inventory.Object, _ info: DatasetInfo) {
    func report(_ message: String) {
      findings.append(
        Finding(.storage, object.path, message, remedy: "Write it again with cmkt."))
    }
    if info.isExternalOrVirtual {
      report("expected data inside the file, found external or virtual storage")
    } else if !info.shape.contains(0) {
      if info.chunkShape == nil {
        report("expected chunked storage, found another layout")
      } else if !info.filters.contains(.fletcher32) {
        report("expected the fletcher32 filter, found none")
      }
      if let odd = info.filters.first(where: { !isAllowed($0) }) {
        report("expected only shuffle, deflate and fletcher32, found \(odd)")
      }
    }
  }

  private func isAllowed(_ filter: Filter) -> Bool {
    switch filter {
    case .shuffle, .deflate, .fletcher32: true
    case .other: false
    }
  }

  // MARK: Letters

  /// Within which part of the file a letter of the dataset at `path` keeps its meaning.
  private func scope(of path: String) -> String {
    let components = pathComponents(path)
    return components.count > 2 ? components[..<2].joined(separator: "/") : components.first ?? ""
  }

  private func key(_ letter: String, _ scope: String) -> String {
    letter == "N" || letter == "F" ? letter : "\(scope):\(letter)"
  }

  private mutating func bindShape(of object: Inventory.Object) {
    guard let rule = schema.rule(for: object.path), let info = object.info,
      case .dataset(_, let shapes) = rule.kind
    else { return }
    for shape in shapes { _ = bind(shape, to: info.shape, in: scope(of: object.path)) }
  }

  /// Gives the letters of `extents` the values of `shape`; false where they have others already.
  private mutating func bind(_ extents: [Extent], to shape: [Int], in scope: String) -> Bool {
    guard extents.count == shape.count else { return false }
    var fresh: [String: Int] = [:]
    for (extent, count) in zip(extents, shape) {
      switch extent {
      case .fixed(let expected):
        if expected != count { return false }
      case .symbol(let letter, let plus):
        let key = key(letter, scope)
        let value = count - plus
        if value < 0 { return false }
        if let known = bindings[key] ?? fresh[key] {
          if known != value { return false }
        } else {
          fresh[key] = value
        }
      }
    }
    bindings.merge(fresh) { known, _ in known }
    return true
  }

  private func describe(_ extents: [Extent], in scope: String) -> String {
    let parts = extents.map { extent in
      guard case .symbol(let letter, let plus) = extent, let value = bindings[key(letter, scope)]
      else { return "\(extent)" }
      return "\(extent)=\(value + plus)"
    }
    return "[" + parts.joined(separator: ", ") + "]"
  }

  // MARK: Attributes

  private mutating func checkAttributes(of object: Inventory.Object, _ rule: ObjectRule) {
    for attribute in object.attributes {
      let path = "\(object.path)@\(attribute.name)"
      guard let known = rule.attributes.first(where: { $0.name == attribute.name }) else {
        findings.append(
          Finding(.unknownAttribute, path, "not part of the format; readers ignore it"))
        continue
      }
      check(attribute, known, path)
    }
    for known in rule.attributes
    where known.presence == .required && object.attribute(known.name) == nil {
      findings.append(
        Finding(
          .missingAttribute, "\(object.path)@\(known.name)",
          "expected the attribute \(known.name), found none"))
    }
  }

  private mutating func check(_ attribute: Attribute, _ known: AttributeRule, _ path: String) {
    let hasExtent =
      switch known.extent {
      case .fixed(let count): attribute.shape == [count]
      case .symbol: attribute.shape.count == 1
      }
    guard hasExtent, attribute.type.map(known.type.accepts) == true else {
      let found = attribute.typeDescription
      findings.append(
        Finding(
          .attributeType, path,
          "expected \(known.type.rawValue) [\(known.extent)], found \(found) \(attribute.shape)"))
      return
    }
    guard known.type == .string else { return }
    guard let texts = attribute.strings else {
      findings.append(Finding(.text, path, "expected UTF-8, found other bytes"))
      return
    }
    if !known.allowed.isEmpty, let odd = texts.first(where: { !known.allowed.contains($0) }) {
      let choices = known.allowed.map { "\"\($0)\"" }.joined(separator: ", ")
      findings.append(
        Finding(.attributeValue, path, "expected one of \(choices), found \"\(odd)\""))
    }
  }

  // MARK: What must be there

  /// Looks for the object of `rule` in every group that could hold it.
  private mutating func checkPresence(of rule: ObjectRule) {
    for path in expectedPaths(of: rule) where inventory.object(at: path) == nil {
      let what = if case .group = rule.kind { "group" } else { "dataset" }
      findings.append(Finding(.missingObject, path, "expected a \(what), found nothing"))
    }
  }

  /// The paths that `rule` stands for here: its last component in each existing parent.
  private func expectedPaths(of rule: ObjectRule) -> [String] {
    var parents = ["/"]
    for component in rule.components.dropLast() {
      parents = parents.flatMap { parent in
        let names = component.hasPrefix("<") ? inventory.names(in: parent) : [component]
        return names.map { (parent == "/" ? "/" : parent + "/") + $0 }
      }
      parents = parents.filter {
        inventory.object(at: $0)?.info == nil && inventory.object(at: $0) != nil
      }
    }
    guard let last = rule.components.last else { return ["/"] }
    return parents.map { ($0 == "/" ? "/" : $0 + "/") + last }
  }
}
