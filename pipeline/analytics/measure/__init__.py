"""What every measure uses: working tables in DuckDB, rows of figures, fits kept for a week."""
