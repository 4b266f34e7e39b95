"""How dates, attributions, boilerplate, quotations, names and lines are worded in any source."""
