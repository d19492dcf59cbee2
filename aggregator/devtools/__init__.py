"""What developers and demonstrations run: servers that play the outside world."""
