"""The first location: there from the start, and in every test."""

import pytest

from clinics.models import Location


@pytest.mark.xdist_group("first_location")  # one after the other, in one process
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", ["first", "again"])
def test_first_location_is_number_one_also_after_a_test_that_emptied_the_tables(turn: str) -> None:
    assert Location.objects.get().pk == 1
    Location.objects.create(name=f"Another, {turn}", time_zone="UTC")
