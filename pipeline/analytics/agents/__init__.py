"""Agents: scores and failures by agent, adjusted for case mix, and likely causes."""
