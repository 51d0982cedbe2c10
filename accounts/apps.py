from django.apps import AppConfig
from django.contrib.admin import apps as admin


class AccountsConfig(AppConfig):
    name = "accounts"
    default = True


class AdminConfig(admin.AdminConfig):
    """Django's admin, with a site of ours."""

    default = False
    default_site = "accounts.site.Site"
