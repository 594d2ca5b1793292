"""Contacts: which calls belong together, which repeat an earlier one, and which resolve the issue."""
