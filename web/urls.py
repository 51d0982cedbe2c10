"""The addresses of the pages."""

from django.urls import include, path
from django.views.i18n import set_language

from web.views.home import HomeView, favicon
from web.views.session import SignOutView

urlpatterns = [
    path("", HomeView.as_view(), name="home"),
    path("favicon.ico", favicon, name="favicon"),
    path("sign-out/", SignOutView.as_view(), name="sign-out"),
    path("accounts/", include("web.account_urls")),
    path("", include("web.clinic_urls")),
    path("language/", set_language, name="language"),
    path("", include("web.booking_urls")),
    path("", include("web.desk_urls")),
    path("", include("web.my_urls")),
]
