"""Folders of results: written whole or not at all, read back as they were written."""
