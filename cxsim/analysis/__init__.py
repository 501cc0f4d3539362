"""Many lives: comparing, sweeping, calibrating, choosing, verifying."""
