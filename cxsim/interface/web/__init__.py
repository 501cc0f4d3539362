"""The server that the explorer and the classroom share."""
