import CMKTFormat
import ToolSupport

Tool(
  name: "cmkt-export", version: toolVersion,
  summary: "Take the weak modality's path out of a model, for other runtimes.",
  commands: [exportCommand], translate: toolFailure
).main()
