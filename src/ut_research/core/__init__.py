"""What every other package shares: problems, estimates, the data dictionary, parameters, the issues log."""
