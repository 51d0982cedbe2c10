"""What a tutorial would make of it: three tables, made by `benchmarks.arena`."""

from typing import ClassVar

from django.db import models


class Person(models.Model):
    full_name = models.CharField(max_length=200)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.full_name


class Doctor(Person):
    class Meta:
        managed = False
        db_table = "ordinary_doctor"


class Patient(Person):
    class Meta:
        managed = False
        db_table = "ordinary_patient"


class Visit(models.Model):
    doctor = models.ForeignKey(Doctor, models.PROTECT)
    patient = models.ForeignKey(Patient, models.PROTECT)
    start = models.DateTimeField()
    end = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "ordinary_visit"
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.pk}"
