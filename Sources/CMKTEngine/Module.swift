// CMKTEngine
