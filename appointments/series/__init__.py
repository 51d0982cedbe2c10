"""Series: visits that come again by a rule. `services` are the verbs, `planning` judges all dates of one at once,
`facts` is what they all ask about, `errors` their words. What is kept of a series: `appointments.models.Series`.

Every visit of a series is an appointment like any other, stored when the series is made; the rule is never read again.
"""
