"""Networks: which of them look, how far they see, and whether the micrograph is like their training."""

STATES = ("receptive_fields", "domain_check")
