"""Plans tried on some customers by lot: what such a test would see, how large it must be, and what it leaves out."""
