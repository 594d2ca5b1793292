"""Text: the scripts of Chinese, numerals, inverse text normalisation (ITN) and homophones."""
