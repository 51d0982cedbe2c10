"""Texts of one line, as names are: what they may not have in them, since nobody sees it. Judged where they are entered.

What is stored already stays as it is, and is judged when it is entered anew.
"""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Characters, as regular expressions of Python and of ECMAScript both write them: \s is not the same in both.
# Those control characters that are white space become a space; the null character every form and serializer refuses.
CONTROLS = r"\u0001-\u0008\u000e-\u001b\u007f-\u0084\u0086-\u009f"
TURNING = r"\u202a-\u202e\u2066-\u2069"  # Unicode's embeddings, overrides and isolates of the direction of writing
# All that nobody sees: these, white space, Unicode's Default_Ignorable_Code_Point, marks of annotations, and Braille
# without a dot. Joiners (in Persian, Hindi) and marks of direction (in Hebrew) are among them: alone they say nothing.
UNSEEN = (
    r"\u0000-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f"
    r"\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
)
UNSEEN_BEYOND = r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # ECMAScript sees halves of these

CONTROL = re.compile(f"[{CONTROLS}]")
TURN = re.compile(f"[{TURNING}]")
VISIBLE = re.compile(f"[^{UNSEEN}{UNSEEN_BEYOND}]")
# What a schema says of such a text.
ANYTHING = rf"[^\u0000{CONTROLS}{TURNING}]*"
ONE_LINE = f"^{ANYTHING}[^{UNSEEN}]{ANYTHING}$"

HIDDEN = _("This contains a character that cannot be seen. Delete the text and type it, instead of pasting it.")
TURNED = _(
    "This contains a character that turns the text after it around. Delete the text and type it, instead of pasting it."
)
NOTHING = _("Nothing of this can be seen. Enter a text that can be read.")


def validate_one_line(text: str) -> None:
    """Refuse control characters, what turns the direction of writing, and what has nothing visible in it."""
    if CONTROL.search(text):
        raise ValidationError(HIDDEN, code="hidden")
    if TURN.search(text):
        raise ValidationError(TURNED, code="turned")
    if not VISIBLE.search(text):
        raise ValidationError(NOTHING, code="nothing_visible")


def validate_all_visible(text: str) -> None:
    """Refuse what nobody sees within a number that tells people apart: two that look the same would not be."""
    said = TURN.sub("", CONTROL.sub("", "".join(text.split())))  # of the others `validate_one_line` tells
    if VISIBLE.search(said) and not all(map(VISIBLE.match, said)):
        raise ValidationError(HIDDEN, code="hidden")
