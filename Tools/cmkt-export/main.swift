import CMKTFormat
import ToolFiles
import ToolSupport

runContained(
  Tool(
    name: "cmkt-export", version: toolVersion,
    summary: "Take the weak modality's path out of a model, for other runtimes.",
    commands: [exportCommand], translate: toolFailure
  ))
