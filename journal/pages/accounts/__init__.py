"""Sign-in as the regulations want it: accounts are issued, nobody signs up."""
