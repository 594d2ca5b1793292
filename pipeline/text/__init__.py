"""Text: Chinese scripts, numerals, inverse text normalization (ITN) and homophones."""
