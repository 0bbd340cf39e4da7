import CMKTFormat
import HDF5
import ToolSupport

ContainmentWorker.runIfAsked()
Tool(
  name: "cmkt-export", version: toolVersion,
  summary: "Take the weak modality's path out of a model, for other runtimes.",
  commands: [exportCommand], translate: toolFailure,
  prepare: { if !$0.flag("trust") { Containment.turnOn() } }
).main()
