"""From the figures of a firm to a market of its own: what is given is set or found, what is not stays uncertain."""
