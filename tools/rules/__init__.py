"""The project's own rules about its code, which no linter knows: `python -m tools.rules`, in `make check`.

A line that breaks a rule for a good reason says so: ``# allowed: rule-name - the reason``.
"""
