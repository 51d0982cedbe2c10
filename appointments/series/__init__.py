"""Series: visits that come again by a rule. `models` is what is kept of one, `plan` judges all its dates at once,
`services` are the verbs, `errors` their words.

Every visit of a series is an appointment like any other, stored when the series is made; the rule is never read again.
"""
