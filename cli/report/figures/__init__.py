"""The figures of a report: one function each, from the report's data to a matplotlib figure."""
