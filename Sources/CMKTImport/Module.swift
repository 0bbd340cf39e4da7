// CMKTImport
