"""Writing design files: templates, what to make of a CSV file, and a comment for every key."""
