import CMKTFormat
import HDF5
import ToolSupport

ContainmentWorker.runIfAsked()
Tool(
  name: "cmkt-train", version: toolVersion,
  summary: "Train models that need the weak modality alone, and evaluate them.",
  commands: [
    fitCommand, evaluateCommand, compareCommand, rankCommand, reproduceCommand, recipeCommand,
  ], translate: toolFailure,
  prepare: { if !$0.flag("trust") { Containment.turnOn() } }
).main()
