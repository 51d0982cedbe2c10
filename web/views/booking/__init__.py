"""Booking step by step, for visitors and for who is signed in."""
