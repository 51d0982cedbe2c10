"""Collect what pages say, and keep the catalogues of other languages with it: `make messages`.

Three sources: templates, Python code that marks its texts, and the sentences of the errors, which services raise in
English and pages translate (`web.refusals`). GNU gettext is not needed: Babel reads and writes, and compiles the
catalogue that Django loads. Both files are committed.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("accounts", "appointments", "audit", "clinics", "common", "core", "doctors", "patients", "web")
LANGUAGES = ("fr",)
# The same whenever it is run: only what is said changes the files.
WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}

Found = tuple[str | tuple[str, str], str | None]  # a text, or singular and plural; its context


def folder(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES"


def collected() -> set[Found]:
    """Everything that is to be translated."""
    found = set(_of_errors())
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                found |= set(_of_python(path.read_bytes()))
        for path in sorted((ROOT / package / "templates").rglob("*.html")):
            found |= set(_of_template(path))
    return found


def _of_python(source: bytes) -> Iterator[Found]:
    for _, text, _, context in extract("python", BytesIO(source), keywords=KEYWORDS):
        if text and text != ("",):
            yield (text if isinstance(text, str) else (text[0], text[1])), context


def _of_template(path: Path) -> Iterator[Found]:
    """Django turns the tags into calls, and the rest into noise, of which the indentation is no Python."""
    from django.utils.translation.template import templatize  # noqa: PLC0415 - the settings come first

    lines = templatize(path.read_text(), origin=str(path)).splitlines()
    yield from _of_python("\n".join(line.strip() for line in lines).encode())


def _of_errors() -> Iterator[Found]:
    """The sentences of every error that there is: class attributes named message, or something_message."""
    from common.errors import DomainError  # noqa: PLC0415

    for path in sorted(ROOT.glob("*/**/*errors.py")):
        if path.relative_to(ROOT).parts[0] in PACKAGES:
            import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    classes = [DomainError]
    for error in classes:
        classes += error.__subclasses__()
        if not error.__module__.endswith("errors"):  # of a command, which speaks to operators; loaded or not
            continue
        for name, value in vars(error).items():
            if name.endswith("message") and isinstance(value, str):
                yield value, None


def read(language: str) -> Catalog:
    path = folder(language) / "django.po"
    return read_po(BytesIO(path.read_bytes() if path.exists() else b""), locale=language)


def compiled(catalog: Catalog) -> bytes:
    """The catalogue as Django loads it."""
    buffer = BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def updated(before: Catalog, language: str) -> Catalog:
    """The catalogue of what is said now, with the translations that there were. Nothing is guessed."""
    after = Catalog(
        locale=language,
        project="Healthcare Appointment System",
        version="1",
        copyright_holder="the maintainers",
        creation_date=WRITTEN,
        revision_date=WRITTEN,
        last_translator="the maintainers",
        language_team="fr",
        fuzzy=False,
    )
    for text, context in sorted(collected(), key=str):
        message = Message(text, context=context)
        key = text if isinstance(text, str) else text[0]
        kept = before.get(key, context)
        if kept and type(kept.id) is type(message.id):
            message.string = kept.string
        after[text] = message
    return after


def store(catalog: Catalog, language: str) -> None:
    folder(language).mkdir(parents=True, exist_ok=True)
    buffer = BytesIO()
    write_po(buffer, catalog, sort_output=True, no_location=True, width=120)
    (folder(language) / "django.po").write_bytes(buffer.getvalue())
    (folder(language) / "django.mo").write_bytes(compiled(catalog))


def untranslated(catalog: Catalog) -> list[str]:
    return [
        str(message.id)
        for message in catalog
        if message.id and not (all(message.string) if isinstance(message.string, tuple | list) else message.string)
    ]


def main() -> int:
    import django  # noqa: PLC0415

    django.setup()
    missing = 0
    for language in LANGUAGES:
        catalog = updated(read(language), language)
        store(catalog, language)
        for text in untranslated(catalog):
            print(f"{language}: {text}")
            missing += 1
    if missing:
        print(f"{missing} texts are not translated: write them into locale/*/LC_MESSAGES/django.po and run this again.")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
