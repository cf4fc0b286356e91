"""From a translated circuit to DNA: search, verdicts, oligos, orders and the bench protocol."""
