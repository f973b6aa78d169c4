"""Intervals, tests, survival and power: arrays in, numbers out; nothing here knows a table."""
