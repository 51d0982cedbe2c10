"""References: short names of bookings, for talking with the clinic. They open nothing."""

import secrets

# Crockford's base32: no I, L, O or U, which are misread or misheard.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
MISREAD = str.maketrans("OIL", "011", "- ")


def new_reference() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def read_reference(text: str) -> str:
    """The reference that somebody has typed or heard, "7q2m-9xkd" or "7Q2M 9XKD"; "" if it is none."""
    read = text.upper().translate(MISREAD)
    return read if len(read) == LENGTH and set(read) <= set(LETTERS) else ""
