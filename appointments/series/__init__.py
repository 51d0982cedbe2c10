"""Series: visits that come again by a rule.

`services` are the verbs, `drafts` what they are asked for, `planning` judges all dates of a series at once, `facts` is
what all of them ask about, `errors` their words. What is kept of a series: `appointments.models.Series`.

Every visit of a series is an appointment like any other, stored when the series is made; the rule is never read again.
"""
