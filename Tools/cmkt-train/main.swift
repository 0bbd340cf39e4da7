import CMKTFormat
import ToolFiles
import ToolSupport

runContained(
  Tool(
    name: "cmkt-train", version: toolVersion,
    summary: "Train models that need the weak modality alone, and evaluate them.",
    commands: [
      fitCommand, evaluateCommand, compareCommand, sweepCommand, sweepStatusCommand,
      sweepResumeCommand, sweepMergeCommand, sweepSubmitCommand, rankCommand, reproduceCommand,
      recipeCommand,
    ], translate: toolFailure
  ))
