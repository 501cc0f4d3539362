"""What people share: who they are, whom they talk to, the terms of the week, and what becomes known at each tick."""
