"""The grammar of what people write of their use: from a text to constituents. May import what `exposure` may.

Start at `reader.py`; `tokens.py` cuts the text, `constituents.py` says what there is, the others read one kind each.
"""

from keel.exposure.grammar.reader import Reader
from keel.exposure.grammar.tokens import Lexicon, Token, folded, lexicon_of

__all__ = ["Lexicon", "Reader", "Token", "folded", "lexicon_of"]
