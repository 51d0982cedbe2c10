"""Signing out; how people sign in is for the accounts' own pages."""

from django.contrib.auth.views import LogoutView


class SignOutView(LogoutView):
    next_page = "home"
