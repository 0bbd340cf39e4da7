/// How much a finding matters.
package enum Severity: String, CaseIterable, Sendable, Comparable {
  /// Worth knowing.
  case note
  /// Legal, and probably not meant.
  case warning
  /// Against the specification; readers refuse the file.
  case error

  package static func < (left: Severity, right: Severity) -> Bool {
    allCases.firstIndex(of: left) ?? 0 < allCases.firstIndex(of: right) ?? 0
  }
}

/// The rules that a file is checked against.
///
/// Ids are never used again for another rule.
package enum RuleID: String, CaseIterable, Sendable {
  // Structure: what stands where.
  case unknownObject = "CMKT-S001"
  case missingObject = "CMKT-S002"
  case objectKind = "CMKT-S003"
  case elementType = "CMKT-S004"
  case shape = "CMKT-S005"
  case missingAttribute = "CMKT-S006"
  case attributeType = "CMKT-S007"
  case attributeValue = "CMKT-S008"
  case unknownAttribute = "CMKT-S009"
  case hardLinks = "CMKT-S010"
  case storage = "CMKT-S011"
  case name = "CMKT-S012"
  case text = "CMKT-S013"
  case mustUnderstand = "CMKT-S014"

  // Features files.
  case offsets = "CMKT-F001"
  case uniqueIDs = "CMKT-F002"
  case splitNames = "CMKT-F003"
  case frameIntervals = "CMKT-F004"
  case intervalValues = "CMKT-F005"
  case segmentNesting = "CMKT-F006"
  case level = "CMKT-F007"
  case rowCount = "CMKT-F008"
  case flags = "CMKT-F009"
  case finiteValues = "CMKT-F010"
  case featureNames = "CMKT-F011"
  case ownAxis = "CMKT-F012"
  case classCount = "CMKT-F013"
  case targetValues = "CMKT-F014"
  case targetRange = "CMKT-F015"
  case annotationText = "CMKT-F016"
  case statistics = "CMKT-F017"
  case groupAcrossSplits = "CMKT-F018"
  case contaminatedSplit = "CMKT-F019"
  case derivedTarget = "CMKT-F020"
  case positiveDurations = "CMKT-F021"
  case constantColumns = "CMKT-F022"
  case duplicateColumns = "CMKT-F023"
  case constantTarget = "CMKT-F024"
  case unlabelledSplit = "CMKT-F025"
  case emptySequences = "CMKT-F026"
  case mostlyMissing = "CMKT-F027"
  case placeholderValues = "CMKT-F028"
  case saturatedColumns = "CMKT-F029"
  case hugeValues = "CMKT-F030"

  // Model files.
  case architecture = "CMKT-M001"
  case weightNames = "CMKT-M002"
  case weightShapes = "CMKT-M003"
  case finiteWeights = "CMKT-M004"
  case normalisation = "CMKT-M005"
  case alignment = "CMKT-M006"
  case postprocessing = "CMKT-M007"
  case recipe = "CMKT-M008"
  case checkpointState = "CMKT-M009"
  case sharedRecord = "CMKT-M010"
  case neverImproved = "CMKT-M011"
  case contaminatedSelection = "CMKT-M012"
  case deadUnits = "CMKT-M013"

  // Digests and provenance.
  case digestList = "CMKT-G001"
  case objectDigest = "CMKT-G002"
  case rootDigest = "CMKT-G003"
  case provenanceText = "CMKT-G004"
  case unreadable = "CMKT-G005"
}

extension RuleID {
  /// The severity of every finding of the rule.
  package var severity: Severity {
    switch self {
    case .unknownObject, .unknownAttribute, .targetRange, .groupAcrossSplits, .provenanceText,
      .constantColumns, .duplicateColumns, .constantTarget, .unlabelledSplit, .mostlyMissing,
      .placeholderValues, .neverImproved, .contaminatedSelection, .deadUnits:
      .warning
    case .contaminatedSplit, .emptySequences, .saturatedColumns, .hugeValues: .note
    default: .error
    }
  }

  /// The rule, in one sentence.
  package var summary: String {
    switch self {
    case .unknownObject: "Every object is one that the schema knows, or lies in `/extensions`."
    case .missingObject: "Every required object is there."
    case .objectKind: "A group stands where a group belongs, a dataset where a dataset belongs."
    case .elementType: "A dataset has the element type of the schema."
    case .shape: "A dataset has the shape of the schema, with equal letters for equal extents."
    case .missingAttribute: "Every required attribute is there."
    case .attributeType: "An attribute has the type and the extent of the schema."
    case .attributeValue: "An attribute has one of the values allowed."
    case .unknownAttribute: "Every attribute is one that the schema knows."
    case .hardLinks: "Objects are reached by hard links, and each by one only."
    case .storage:
      "A dataset that is not empty is chunked, with fletcher32 and at most shuffle and deflate."
    case .name:
      "A name is 1 to 255 bytes of UTF-8 without `/` and control characters, not `.` or `..`."
    case .text: "Text is valid UTF-8, padded with NUL at its end only."
    case .mustUnderstand: "A file names no extension in `must_understand` that is not known."
    case .offsets: "Offsets start at 0, never fall, and end at the number of rows."
    case .uniqueIDs: "Sequence ids are unique and not empty."
    case .splitNames: "A split is `train`, `valid`, `test`, `unlabelled` or `none`."
    case .frameIntervals: "Frames have intervals just where the time base is `seconds`."
    case .intervalValues: "An interval is finite and does not end before it starts."
    case .segmentNesting: "A segment's frames lie inside its sequence, which exists."
    case .level:
      "A level is `frame`, `sequence`, `own` (modalities only) or an existing segment table."
    case .rowCount: "A modality, or a target, has as many rows as its level."
    case .flags: "Flags are 0 or 1."
    case .finiteValues: "Values are finite."
    case .featureNames: "Feature names, and rater names, are unique and not empty."
    case .ownAxis: "Offsets and intervals of its own belong to a modality of level `own` alone."
    case .classCount: "The number of classes and of columns fits the kind of target."
    case .targetValues: "Valid labels are whole numbers that the kind of target allows."
    case .targetRange: "Valid labels lie in the range that the target states."
    case .annotationText: "An annotation's entries are UTF-8 and belong to existing sequences."
    case .statistics: "Statistics equal those of the values."
    case .groupAcrossSplits:
      "No speaker (or recording) is both in `train` and in `valid` or `test`."
    case .contaminatedSplit: "No extractor was fitted on sequences of `valid` or `test`."
    case .derivedTarget: "A derived target names a target, and its labels follow from it."
    case .positiveDurations: "Hop and window are positive, a delay is finite and not negative."
    case .constantColumns: "The valid values of a column differ."
    case .duplicateColumns: "No two columns of a modality are equal wherever both are valid."
    case .constantTarget: "The labels of a target differ within `train`, `valid` and `test`."
    case .unlabelledSplit: "Every target has labels in `train`, `valid` and `test`."
    case .emptySequences: "A sequence with several rows of a modality has a valid value in one."
    case .mostlyMissing: "At least half of the values of a column are valid."
    case .placeholderValues:
      "No column repeats a least or largest value that lies further off than all others are wide, or -1 where the others are 0 or more; a least value of 0 is none."
    case .saturatedColumns:
      "No column has its least or largest value in more than half of its rows; a least value of 0 is none."
    case .hugeValues: "Values lie within a million of 0."
    case .architecture: "The architecture is JSON of a known version, and consistent in itself."
    case .weightNames: "The weights are those of the architecture, no more and no fewer."
    case .weightShapes: "A weight has the shape that follows from the architecture."
    case .finiteWeights: "Weights are finite."
    case .normalisation:
      "Every modality of the architecture has a finite mean and a positive scale per feature."
    case .alignment:
      "An alignment belongs to a strong modality; its correlations lie in [0, 1] and never rise."
    case .postprocessing: "A chain belongs to a target of the model and has known, sound steps."
    case .recipe: "The recipe is a JSON object."
    case .checkpointState: "Just an unfinished model has a state."
    case .sharedRecord: "A shared model is finished, counts its sequences and lists none."
    case .neverImproved: "The loss that selects falls after the first of three or more epochs."
    case .contaminatedSelection:
      "No sequence that selected a model was used to fit an extractor; needs the features."
    case .deadUnits: "No row of a weight matrix is all zeros."
    case .digestList: "The digests list every object outside `/digests` once, in byte order."
    case .objectDigest: "An object has the digest that is listed for it."
    case .rootDigest: "The two root digests follow from the listed ones."
    case .provenanceText: "No absolute path stands in the provenance."
    case .unreadable: "Every value can be read."
    }
  }
}

/// One place where a file breaks a rule.
package struct Finding: Sendable, Equatable {
  package let rule: RuleID
  /// The path of the object, with `@name` for an attribute.
  package let path: String
  /// What was expected and what was found.
  package let message: String
  /// What to do about it.
  package let remedy: String

  package var severity: Severity { rule.severity }

  package init(_ rule: RuleID, _ path: String, _ message: String, remedy: String = "") {
    self.rule = rule
    self.path = path
    self.message = message
    self.remedy = remedy.isEmpty ? rule.remedy : remedy
  }
}
