"""A page: templates of a package, with their words in one language."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from pipeline.language import Translator

if TYPE_CHECKING:
    import jinja2
    from markupsafe import Markup


def environment(package: str, translator: Translator) -> jinja2.Environment:
    """The templates of a package; a name that is not given is an error, and all text is escaped.

    Templates call `_`, `ngettext` and `pgettext` as Python code does; values that are markup stay so.
    """
    import jinja2

    made = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: packaged(package, name)),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    made.globals |= _words(translator)
    return made


def packaged(package: str, name: str) -> str:
    """The text of a file of the package."""
    return files(package).joinpath(name).read_text(encoding="utf-8")


def _words(translator: Translator) -> dict[str, Any]:
    from markupsafe import Markup

    catalogue = translator.catalogue

    def gettext(message: str, **values: Any) -> Markup:
        return Markup.escape(catalogue.gettext(message)).format(**values)

    def ngettext(one: str, many: str, n: int, **values: Any) -> Markup:
        return Markup.escape(catalogue.ngettext(one, many, n)).format(n=n, **values)

    def pgettext(context: str, message: str, **values: Any) -> Markup:
        return Markup.escape(catalogue.pgettext(context, message)).format(**values)

    return {"_": gettext, "ngettext": ngettext, "pgettext": pgettext, "language_tag": translator.tag}
