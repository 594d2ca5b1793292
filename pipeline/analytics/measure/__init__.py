"""What every measure uses: its declaration, working tables, rows of figures, and fits that are kept for a week."""
