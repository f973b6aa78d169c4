"""Released findings as words, tables and charts, and the chapter that shows them."""
