"""The admin as a face: it shows forms and hands what was entered to one service. No rule is judged here.

A service's refusal rolls the whole request back, and the page is shown again with the refusal as a form error, the
entries kept. So it does not matter when a rule breaks: on reading the entries, or when somebody else was faster.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property

from common import metrics, trail
from common.counting import count
from common.errors import DomainError
from common.ids import is_id, read_id
from common.open_trail import kind_of, part
from common.text import typed, without_nulls
from common.transactions import atomic


class ServiceForm(forms.ModelForm):
    """Reads entries. Whether they may be stored is for the service and the database to say, in their own words."""

    refusal: DomainError | None = None
    # Where a refusal's field has another name on this form.
    renamed: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Left to the service, as uniqueness is; a ModelForm has no switch for constraints.
        self.instance.validate_constraints = lambda exclude=None: None

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.refusal:
            name = getattr(self.refusal, "field", None) or ""
            name = self.renamed.get(name, name)
            self.add_error(name if name in self.fields else None, self.refusal.message)
        return cleaned

    def validate_unique(self) -> None:
        """Left to the service."""


class NeverDeleted:
    """Nobody's history is deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnly(NeverDeleted):
    """Shown, never written."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ForgivingSelect(AutocompleteSelect):
    """Shows a form again though what was sent is no id: Django's own select looks it up, and fails."""

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        return super().optgroups(name, [given for given in value if is_id(given)], attrs)


class Noting(Paginator):
    """Tells the trail whom a page of it showed. Of a long list the number is an estimate."""

    @cached_property
    def count(self) -> int:
        return count(self.object_list) if isinstance(self.object_list, QuerySet) else super().count

    def page(self, number: int | str) -> Page:
        page = super().page(number)
        trail.saw(page.object_list)
        return page


@atomic
def sent(form: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer to a form that was sent, in the transaction of its row. One that is shown again was refused."""
    response = form()
    if response.status_code == 200:
        trail.refused()
    return response


# What the pages of a model are noted as: asked for, and when a form is sent.
VERBS = {
    "changelist_view": ("list", "list"),
    "add_view": ("begin", "create"),
    "change_view": ("read", "change"),
    "delete_view": ("read", "remove"),
    "history_view": ("history", "history"),
    "user_change_password": ("read", "change_password"),
}


class Audited(admin.ModelAdmin):
    """Every page that shows or changes rows leaves a row in the audit trail, in the transaction of what it changes.

    The site names them, before it asks who may open the admin.
    """

    def note_page(self, view: str, request: HttpRequest, object_id: str | None = None) -> None:
        """Name what is asked of a page, which is known by its view's name."""
        if view in VERBS:
            shown, entered = VERBS[view]
            self.note(entered if request.method == "POST" else shown, object_id)

    def note(self, verb: str, object_id: str | None = None) -> None:
        pk = read_id(object_id)
        trail.name(f"{kind_of(self.model)}.{verb}", *([] if pk is None else [pk]))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.GET:  # what was searched for may be a name
            trail.tell(query={without_nulls(name)[:50]: trail.MASK for name in request.GET})
        response = super().changelist_view(request, extra_context)
        if changelist := (getattr(response, "context_data", None) or {}).get("cl"):
            trail.saw(changelist.result_list)
        return response

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        return sent(lambda: super(Audited, self).changeform_view(request, object_id, form_url, extra_context))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what the filters beside the list offer: Django takes any column, and what is masked is guessed by it."""
        offered = {getattr(offer, "parameter_name", offer) for offer in self.get_list_filter(request)}
        return lookup.partition("__")[0] in offered and super().lookup_allowed(lookup, value, request)

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        known = from_field is not None or is_id(object_id)  # Django reads "+1" as 1
        found = super().get_object(request, object_id, from_field) if known else None
        if found is not None:
            trail.saw([found])
        else:  # which Django answers by leading elsewhere
            trail.missing()
        return found

    def get_paginator(self, request: HttpRequest, queryset: Any, *args: Any, **kwargs: Any) -> Paginator:
        """Of the list and, beside it, of what other models' forms offer as one types."""
        return Noting(queryset, *args, **kwargs)


class Bounded(Audited):
    """A list whose cost does not grow with the table, and that survives what no browser sends."""

    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", ForgivingSelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def response_action(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse | None:
        if all(map(is_id, request.POST.getlist(ACTION_CHECKBOX_NAME))):
            if (action := request.POST.get("action", "")) in self.get_actions(request):
                self.note(action)
            return super().response_action(request, *args, **kwargs)
        self.message_user(request, "The rows that were chosen could not be read. Choose them again.", messages.ERROR)
        return None


class Searched(admin.ModelAdmin):
    """Searched as the API is: by the model's own ``QuerySet.search``."""

    search_fields = ("id",)  # only switches the search box on

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return self.searched(request, queryset, typed(search_term)), False

    def searched(self, request: HttpRequest, queryset: Any, term: str) -> Any:
        return queryset.search(term)


class ServiceAdmin(NeverDeleted, Bounded):
    """Adds and changes through `store`, which calls one service."""

    form = ServiceForm

    def store(self, request: HttpRequest, current: Any, entered: dict[str, Any]) -> Model:
        """Hand ``entered`` to the service that adds (``current`` is None) or changes ``current``; return its row."""
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        # The form has written its entries onto obj; a service wants the row as it is.
        current = self.model._default_manager.get(pk=obj.pk) if change else None
        stored = self.store(request, current, form.cleaned_data)
        vars(obj).update(vars(stored))  # Django goes on with obj

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        view = super().changeform_view
        if request.method != "POST":
            return view(request, object_id, form_url, extra_context)
        try:
            return atomic(view)(request, object_id, form_url, extra_context)
        except DomainError as refusal:
            metrics.count_refusal(refusal.code)
            request.refusal = refusal  # type: ignore[attr-defined]  # for `get_form`, which is called with it
            # Shown again without a transaction: nothing is written, and a busy database is not asked for a lock.
            page: HttpResponse = self._changeform_view(  # type: ignore[attr-defined]  # Django's own, not in the stubs
                request, object_id, form_url, extra_context
            )
            return page

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)  # a class of this request's own
        form.refusal = getattr(request, "refusal", None)  # type: ignore[attr-defined]  # for its `clean`
        return form

    def apply(self, request: HttpRequest, rows: QuerySet[Any], service: Callable[[Any], Any], done: str) -> None:
        """An action: call ``service`` for each row, say how many were ``done``, and for each of the others why not."""
        succeeded = 0
        for row in rows:
            name = str(row)
            try:
                with part(row):
                    service(row)
                succeeded += 1
            except DomainError as refusal:
                metrics.count_refusal(refusal.code)
                self.message_user(request, f"{name}: {refusal.message}", messages.ERROR)
        if succeeded:
            self.message_user(request, f"{succeeded} {done}.", messages.SUCCESS)
