// CMKTInspect
