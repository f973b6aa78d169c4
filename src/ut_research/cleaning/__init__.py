"""From sheets of text to canonical tables, with a log of all that was done."""
