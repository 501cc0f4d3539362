"""What is counted when the lives have been lived: lines and loops, retention, referrals, surveys, money."""
