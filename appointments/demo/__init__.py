"""A clinic that never was, to look at and to try things on: loaded by ``python manage.py demo``.

`names` and `clinic` are the data, `premises` has places, rooms, types and holidays, `people` makes patients of names,
`households` says who books for whom, `visits` fills days with appointments, `offer` gives them types and rooms,
`courses` begins series, `waiting` fills the waiting list, `load` brings it all into the database, and `guide` says what
to do with it.
"""
