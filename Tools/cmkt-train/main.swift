import CMKTFormat
import ToolSupport

Tool(
  name: "cmkt-train", version: toolVersion,
  summary: "Train models that need the weak modality alone, and evaluate them.",
  commands: [fitCommand, evaluateCommand, compareCommand, recipeCommand], translate: toolFailure
).main()
