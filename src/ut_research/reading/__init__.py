"""From files of every kind to sheets of text, and the readers of single values: dates, words, identifiers."""
