"""Words: turns as rules see them, and patterns and near matches over them."""
