"""Ready mechanisms: a scenario names one by its file, `mechanisms = ["loyalty_programme"]`, and pays for no other."""
