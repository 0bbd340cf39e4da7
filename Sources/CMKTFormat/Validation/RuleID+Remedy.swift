extension RuleID {
  /// What to do about a finding of the rule that says nothing of its own.
  package var remedy: String {
    switch self {
    case .unknownObject, .unknownAttribute: "Put additions of your own into /extensions."
    case .missingObject, .objectKind, .elementType, .shape, .missingAttribute, .attributeType,
      .attributeValue, .storage, .name, .text, .hardLinks:
      "Write the file again with the tools, or by the specification."
    case .mustUnderstand: "Use a tool that knows the extension."
    case .offsets, .frameIntervals, .intervalValues, .segmentNesting, .level, .rowCount, .flags,
      .ownAxis, .annotationText:
      "Correct it in the source, and import again."
    case .uniqueIDs, .featureNames: "Give each its own name in the source, and import again."
    case .splitNames: "Call it train, valid, test, unlabelled or none."
    case .finiteValues: "Impute it and mark it as not valid."
    case .classCount, .targetValues, .derivedTarget:
      "Correct the target in the source, and import again."
    case .targetRange: "Correct the labels, or state the range of their scale."
    case .statistics: "Import again: statistics are computed when a file is written."
    case .groupAcrossSplits: "Scores on that split say less about other people; split by group."
    case .contaminatedSplit: "Scores on that split are too good; use features fitted on train."
    case .positiveDurations: "State the hop, window or delay in seconds."
    default: lintRemedy
    }
  }

  /// Of what is legal and probably not meant, of models, and of digests.
  private var lintRemedy: String {
    switch self {
    case .constantColumns: "Leave the columns out: nothing can be learned from them."
    case .duplicateColumns: "Leave all but the first of equal columns out."
    case .constantTarget: "Scores of that split say nothing; choose other splits or targets."
    case .unlabelledSplit: "Call its sequences unlabelled, or look for the labels."
    case .emptySequences: "Look whether the extractor failed, or drop the sequences."
    case .mostlyMissing: "Look whether the extractor failed; leave the columns out."
    case .placeholderValues: "Mark the value as missing in the source, and import again."
    case .saturatedColumns: "Look whether the recording or the extractor clips."
    case .hugeValues: "Look for units and overflows; take logarithms, or leave the columns out."
    case .architecture, .weightNames, .weightShapes, .finiteWeights, .normalisation, .alignment,
      .postprocessing, .recipe, .checkpointState:
      "Train the model again, or take a fresh copy."
    case .sharedRecord: "Write it again with cmkt-export --as shared-model."
    case .neverImproved: "Lower the learning rate, or look at the data; see the training curves."
    case .contaminatedSelection: "Select on sequences that no extractor was fitted on."
    case .deadUnits: "Train again with another seed or a lower learning rate."
    case .digestList, .objectDigest, .rootDigest, .unreadable:
      "The file was changed or damaged; take a fresh copy."
    case .provenanceText: "Write base names: paths tell of the machine."
    default: "See the specification."
    }
  }
}
