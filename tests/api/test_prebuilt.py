"""Serializers' fields are built once a class, and are each serializer's own."""

from typing import Any

import pytest
from rest_framework import serializers

from api.prebuilt import Prebuilt


class Inner(serializers.Serializer[Any]):
    name = serializers.CharField()


class Outer(Prebuilt):
    number = serializers.IntegerField()
    names = serializers.ListField(child=serializers.CharField())
    inner = Inner(many=True)


def test_they_are_built_once(monkeypatch: pytest.MonkeyPatch) -> None:
    built = []
    usual = Outer.built
    monkeypatch.setattr(Outer, "built", lambda self: built.append(1) or usual(self))
    fresh = type("Fresh", (Outer,), {})
    assert [list(fresh().fields) for _ in range(3)] == [["number", "names", "inner"]] * 3
    assert len(built) == 1


def test_what_one_serializer_does_to_a_field_no_other_sees() -> None:
    first, second = Outer(context={"who": 1}), Outer(context={"who": 2})
    first.fields["number"].read_only = True
    assert second.fields["number"].read_only is False
    assert [one.fields["number"].context["who"] for one in (first, second)] == [1, 2]


def test_nor_does_one_see_the_context_of_another_in_what_is_within() -> None:
    first, second = Outer(context={"who": 1}), Outer(context={"who": 2})
    for serializer, who in ((first, 1), (second, 2)):
        assert serializer.fields["names"].child.context["who"] == who
        assert serializer.fields["inner"].child.fields["name"].context["who"] == who
    assert first.fields["names"].child.context["who"] == 1
