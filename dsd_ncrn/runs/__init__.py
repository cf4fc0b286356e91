"""A run folder: what each of its files holds, how it is written, and how it is read back."""
