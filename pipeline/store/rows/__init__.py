"""Each noun as rows of its table, and back. Rows are plain dictionaries without `part` and `date`."""
