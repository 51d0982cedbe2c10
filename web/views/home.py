"""The first page, which leads everybody on, and the icon for browsers that ask for it unasked."""

from django.http import HttpRequest, HttpResponseRedirect
from django.templatetags.static import static
from django.views.generic import TemplateView


class HomeView(TemplateView):
    template_name = "web/home.html"


def favicon(request: HttpRequest) -> HttpResponseRedirect:
    return HttpResponseRedirect(static("web/icon.svg"))
