"""Two or more run folders side by side: what was changed, and what that did."""
