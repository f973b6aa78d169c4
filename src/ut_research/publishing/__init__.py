"""From chapters and findings to the book, the brief, the workbook and the review pack."""
