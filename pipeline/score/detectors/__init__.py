"""One file per kind of detector; `build` compiles a detector of a form."""
