"""What a student says: hand calculations, numbers, conventions. Pure; nothing here runs student code."""
