"""/my/: a patient's own pages, for themselves and their children."""
