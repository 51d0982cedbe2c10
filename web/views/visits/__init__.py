"""One visit, as whoever comes sees it: by a private link, or signed in."""
