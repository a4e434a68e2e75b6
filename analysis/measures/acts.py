"""Who does what to whom in a parsed sentence: acts with their agents and patients.

Comes in: a parsed sentence. Goes out: its acts, each a verb or a noun of action ("the shelling
of the port") with the words that stand for who acts and who is acted upon, and whether the
sentence is active, passive or nominal. A subject that stands with another verb is carried over
("tried to seize", "came and seized", "accused of seizing"); a passive or nominal act whose doer
is not named has no agent, which is a finding, not a gap. The parse is a small model's, and what
is only implied is not seen.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from analysis.lexicons import read_lexicon

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

NOMINAL_FAMILIES = (
    "armed action", "killing", "police killing", "mass harm", "sexual violence", "interrogation",
    "removal from a country", "legal action", "inquiry", "leaking", "sanctions", "support",
)  # fmt: skip
_LIGHT = frozenset("be have do seem appear become remain".split())
_ABOUT = frozenset("against on upon at over toward towards into of for to with from".split())


class Act(NamedTuple):
    """One act: its word, form (``active``, ``passive``, ``nominal``), agents and patients.

    ``obliques`` are words tied to the act by a preposition, patients of a weaker claim.
    """

    word: Token
    form: str
    agents: tuple[Token, ...]
    patients: tuple[Token, ...]
    obliques: tuple[Token, ...]


def find_acts(sentence: Doc) -> list[Act]:
    """Return the acts of a sentence in their order."""
    acts = [describe_act(token) for token in sentence if _is_verb(token) or _is_nominal(token)]
    return [act for act in acts if act.agents or act.patients or act.obliques]


def describe_act(word: Token) -> Act:
    """Return the agents and patients of one verb or noun of action."""
    return _verb_act(word) if word.pos_ in ("VERB", "AUX") else _noun_act(word)


def _is_verb(token: Token) -> bool:
    return token.pos_ == "VERB" and token.lemma_ not in _LIGHT


def _is_nominal(token: Token) -> bool:
    if token.pos_ != "NOUN":
        return False
    if token.lemma_.lower() in _nominal_words():
        return True
    # "the shelling of": a gerund that takes an of-phrase.
    return token.lower_.endswith("ing") and any(child.lower_ == "of" for child in token.children)


@lru_cache(maxsize=1)
def _nominal_words() -> frozenset[str]:
    return frozenset(
        term.term
        for term in read_lexicon("labels").terms
        if term.category in NOMINAL_FAMILIES and " " not in term.term
    )


def _verb_act(verb: Token) -> Act:
    passive = _is_passive(verb)
    subjects = _subjects(verb)
    objects = [
        _antecedent(child) for child in verb.children if child.dep_ in ("dobj", "dative", "obj")
    ]
    objects += [
        child for child in verb.children if child.dep_ == "ccomp" and child.tag_.startswith("NN")
    ]
    by = [
        inner
        for child in verb.children
        if child.dep_ == "agent"
        for inner in child.children
        if inner.dep_ == "pobj"
    ]
    if verb.dep_ == "relcl" and not objects and not passive and _lacks_object(verb):
        objects = [verb.head]
    obliques = _prepositional(verb)
    if passive:
        if not by:  # "was mocked and criticised by": the last doer is that of all
            joined = [one for one in verb.children if one.dep_ == "conj" and one.pos_ == "VERB"]
            by = [token for one in joined for token in _verb_act(one).agents if _is_passive(one)]
        return Act(verb, "passive", _spread(by), _spread(subjects), _spread(obliques))
    return Act(verb, "active", _spread(subjects), _spread(objects), _spread(obliques))


def _noun_act(noun: Token) -> Act:
    agents, patients = [], []
    for child in noun.children:
        named = child.dep_ in ("amod", "compound", "nmod") and child.text[:1].isupper()
        if child.dep_ == "poss" or named:
            agents.append(child)
        elif child.dep_ in ("prep", "agent"):
            inner = [one for one in child.children if one.dep_ == "pobj"]
            (agents if child.lower_ == "by" else patients).extend(
                inner if child.lower_ in _ABOUT | {"by"} else []
            )
    # The noun of a light verb has that verb's subject: "launched an assault on the town".
    head = noun.head
    if not agents and noun.dep_ in ("dobj", "obj") and head.pos_ == "VERB":
        agents = _subjects(head)
        patients = patients or _prepositional(head)
    return Act(noun, "nominal", _spread(agents), _spread(patients), ())


def _is_passive(verb: Token) -> bool:
    if any(child.dep_ in ("nsubjpass", "auxpass") for child in verb.children):
        return True
    if verb.tag_ == "VBN" and verb.dep_ in ("acl", "amod"):
        return True
    if verb.tag_ == "VBN" and verb.dep_ == "conj" and not _own_subjects(verb):
        return not any(c.dep_ == "aux" for c in verb.children) and _is_passive(verb.head)
    return False


def _own_subjects(verb: Token) -> list[Token]:
    return [child for child in verb.children if child.dep_ in ("nsubj", "nsubjpass", "csubj")]


def _subjects(verb: Token, depth: int = 0) -> list[Token]:
    """Return the subjects of a verb, its own or those carried over from the verb it hangs on."""
    own = [_antecedent(token) for token in _own_subjects(verb)]
    if own or depth > 4:
        return own
    head = verb.head
    if verb.dep_ in ("acl", "amod") and head.pos_ in ("NOUN", "PROPN", "PRON"):
        # "the plan to seize": the plan's owner acts; "troops seizing": the noun itself.
        if verb.tag_ == "VB":
            owner = [child for child in head.children if child.dep_ == "poss"]
            return owner or (_subjects(head.head, depth + 1) if head.dep_ == "dobj" else [])
        return [head]
    if verb.dep_ == "xcomp":
        objects = [child for child in head.children if child.dep_ in ("dobj", "obj")]
        if objects and head.pos_ == "VERB":
            return objects
        return _subjects(head, depth + 1)
    if verb.dep_ in ("conj", "advcl"):
        return _subjects(head, depth + 1) if head.pos_ in ("VERB", "AUX") else []
    if verb.dep_ == "pcomp":  # "accused them of seizing", "succeeded by seizing"
        above = head.head
        if above.pos_ in ("NOUN", "PROPN", "PRON"):
            return [above]
        objects = [child for child in above.children if child.dep_ in ("dobj", "nsubjpass")]
        return objects if objects and head.lower_ in ("of", "from", "for") else (
            _subjects(above, depth + 1) if above.pos_ in ("VERB", "AUX") else []
        )  # fmt: skip
    return []


def _antecedent(token: Token) -> Token:
    """Return the noun that a relative pronoun stands for."""
    if token.tag_ in ("WDT", "WP") or (token.lower_ == "that" and token.pos_ == "PRON"):
        verb = token.head
        while verb.dep_ in ("conj", "aux"):
            verb = verb.head
        if verb.dep_ == "relcl":
            return verb.head
    return token


def _lacks_object(verb: Token) -> bool:
    return any(child.dep_ in ("nsubj",) for child in verb.children) and not any(
        child.dep_ == "nsubj" and child.tag_ in ("WDT", "WP") for child in verb.children
    )


def _prepositional(verb: Token) -> list[Token]:
    return [
        inner
        for child in verb.children
        if child.dep_ in ("prep", "dative") and child.lower_ in _ABOUT
        for inner in child.children
        if inner.dep_ == "pobj"
    ]


def _spread(tokens: list[Token]) -> tuple[Token, ...]:
    """Return the words and those joined to them by "and", once each, in order."""
    found = []
    for token in tokens:
        found += [token, *token.conjuncts] if token.dep_ != "conj" else [token]
    return tuple(dict.fromkeys(found))
