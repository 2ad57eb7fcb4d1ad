"""Turn what was read into what is drawn: every text final, nothing left for a template to decide or to ask."""
