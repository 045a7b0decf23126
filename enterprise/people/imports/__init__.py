"""Employees and contacts from CSV files: read, compared with what there is, and written as a whole or not at all."""
