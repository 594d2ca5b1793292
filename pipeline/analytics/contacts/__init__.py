"""Contacts: which calls belong to one contact, repeat an earlier one, and resolve it."""
