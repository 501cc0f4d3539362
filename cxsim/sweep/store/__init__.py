"""Where results lie: a folder whose tables are whole or not there, and the journals of what is under way."""
