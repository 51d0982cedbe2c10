"""The first page, which leads everybody on, and the icon for browsers that ask for it unasked."""

from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.templatetags.static import static
from django.views.generic import TemplateView

from web.navigation import MAIN, entries


class HomeView(TemplateView):
    """Visitors are led to booking and signing in; who is signed in to their places, the one they work at first."""

    template_name = "web/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, places=entries(self.request, MAIN))


def favicon(request: HttpRequest) -> HttpResponseRedirect:
    return HttpResponseRedirect(static("web/icon.svg"))
