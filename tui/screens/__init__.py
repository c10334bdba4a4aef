"""Screens place panels: dashboard, detail, help. They draw nothing of a panel themselves."""
