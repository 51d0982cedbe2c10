"""The checker: clients do at random what people do, all at once, and afterwards everything is accounted for.

It is a program of its own, which knows the system as a client does (HTTP) and as an auditor does (SQL), and shares no
code with it: ``python -m tools.checker --seed 7 --operations 500 --database sqlite``. See docs/reliability.md.

- `plan`: what each client will do, from a seed alone;
- `clinic`: whom it has, and the door to it; `past`: what is written past the door;
- `client`: carries the plan out, and notes every call: when it was sent, when answered, and what;
- `facts`: what is in the database at the end;
- `story`: which call made what, and from when until when each thing can have been true;
- `rules`, `refusals` and `trail`: what must hold of the story.
"""
