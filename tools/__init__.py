"""Programs that prove what the system promises. Nothing of the system imports them."""
