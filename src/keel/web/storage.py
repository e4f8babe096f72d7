"""Static files under names that hold the hash of their content, the imports between our script modules included."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

_IMPORT = (
    r"""(?P<matched>import(?P<names>\s*\{[^}]*\})\s*from\s*["'](?P<url>\./[^"']+)["'];)""",
    """import%(names)s from "%(url)s";""",
)


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Rewrites `import { … } from "./…";` in our own modules to the hashed names, so that each may be kept for good.

    Django's own switch would do it in every file, and stumbles over examples in the comments of htmx.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("tools/*.js", (_IMPORT,)), ("live/*.js", (_IMPORT,)))
