"""Cascades: stretches in which forced orders feed the next (definitions §6). State, no forecast."""
