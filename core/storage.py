"""How pages name their files: by a hash of what they say, so that a browser keeps them for ever."""

from functools import cached_property
from typing import ClassVar

from django.contrib.staticfiles.apps import StaticFilesConfig
from django.contrib.staticfiles.finders import get_finders
from whitenoise.storage import CompressedManifestStaticFilesStorage

# import { announce } from "./site.js";
IMPORT = r"""(?P<matched>import (?P<import>[^;"']*?) from "(?P<url>\./[^"]+)";)"""


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Follows the imports of our ES modules: one that is named with its hash here and without it there runs twice.

    Django can do so for every script, but then stumbles over those of others.
    """

    patterns: ClassVar = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("web/*.js", ((IMPORT, 'import %(import)s from "%(url)s";'),)),
    )

    @cached_property
    def is_whole(self) -> bool:
        """Whether `collectstatic` was run for this version: what a page names without it fails. Looked at once, as the
        list of names is read once: a server that is running has to be started anew."""
        ignored = StaticFilesConfig.ignore_patterns
        files = (path for finder in get_finders() for path, _ in finder.list(ignored))
        return all(self.hash_key(self.clean_name(path)) in self.hashed_files for path in files)
