"""How pages name their files: by a hash of what they say, so that a browser keeps them for ever."""

from typing import ClassVar

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
