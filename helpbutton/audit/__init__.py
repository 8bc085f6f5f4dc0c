"""Who saw or changed what: append-only, sealed, verifiable."""
