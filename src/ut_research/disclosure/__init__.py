"""What may be shown of everything that was measured about people."""
