"""A clinic that never was, to look at and to try things on: loaded by ``python manage.py demo``.

`names` and `clinic` are the data, `people` makes patients of names, `visits` fills days with appointments, `courses`
begins series, and `load` brings it all into the database.
"""
