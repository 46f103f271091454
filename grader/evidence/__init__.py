"""What collect has brought, kept on disk: one whole record for each key, or none."""
