"""Measures over all calls: topics, repeat contacts, agents. They read the tables and write tables."""
