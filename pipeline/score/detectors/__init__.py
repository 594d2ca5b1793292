"""One file per kind of detector; `build` turns a rubric's words into one that works."""
