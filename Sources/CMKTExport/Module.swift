// CMKTExport
