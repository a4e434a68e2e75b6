"""What other acts of an article and of its event say of who does and suffers this one.

Comes in: for the acts of articles on one event, how likely each actor is agent and patient by
the act alone. Goes out: a row of numbers per act and actor on what the *other* acts say: who
acts and suffers near it, in acts of like meaning, whom its likely agent acts upon elsewhere,
whether to their good or harm, and who has no role yet; of the same article, and of the other
reports of the event. Readers name the same two sides again and again; a sentence that leaves
one out leans on them. Nothing here looks at words.
"""

from __future__ import annotations

import numpy as np


def describe_context(
    first: np.ndarray, phrases: np.ndarray, sentence: np.ndarray, harm: np.ndarray
) -> np.ndarray:
    """Return what the other acts of an article say of each act and actor.

    Parameters
    ----------
    first : array, acts × actors × 2
        Probability of agent and of patient by the act alone.
    phrases : array, acts × d
        Vectors of unit length of the acts' words.
    sentence : array
        Number of each act's sentence.
    harm : array
        How far each act does good (towards -1) or harm (towards 1).

    Returns
    -------
    array, (acts × actors) × features
        All 0 beyond the act's own values where the article has one act.
    """
    acts, actors, _ = first.shape
    agent, patient = first[..., 0], first[..., 1]
    place = np.arange(acts)
    apart = np.abs(place[:, None] - place[None])
    other = (apart > 0).astype(float)
    alike = np.clip(phrases @ phrases.T, 0, 1)
    lines = np.abs(sentence[:, None] - sentence[None])
    columns = []
    for weights in (
        np.exp(-apart / 1.5) * other,
        np.exp(-apart / 6) * other,
        other,
        alike**4 * other,
        (lines == 0) * other,
        np.eye(acts, k=-1),
        np.eye(acts, k=1),
        np.exp(-lines) * alike**2 * other,
        np.exp(-apart / 5 - np.abs(harm[:, None] - harm[None]) / 0.4) * other,
    ):
        shared = _shares(weights, 1e-9)
        columns += [shared @ agent, shared @ patient]
    columns += _sides(agent, patient, alike, apart, other)
    columns += _unexplained(agent, patient)
    same = (alike > 0.97) * other  # the same words marked twice: one act, two who suffer it
    columns += [same @ patient, same.sum(1, keepdims=True), np.tril(same) @ patient]
    columns += _relations(agent, patient, harm)
    columns += _own(agent, patient, place)
    wide = [np.broadcast_to(column, (acts, actors)).reshape(-1) for column in columns]
    return np.stack(wide, axis=1)


def describe_elsewhere(
    first: np.ndarray, phrases: np.ndarray, article: np.ndarray, harm: np.ndarray
) -> np.ndarray:
    """Return what the event's other articles say of each act and actor.

    Parameters
    ----------
    first : array, acts × actors × 2
        As in ``describe_context``, for the acts of all articles and all actors of the event;
        0 for actors that the act's article does not name.
    phrases, harm : array
        As in ``describe_context``.
    article : array
        Number of each act's article.

    Returns
    -------
    array, acts × actors × features
        All 0 where there is no other article.
    """
    agent, patient = first[..., 0], first[..., 1]
    other = (article[:, None] != article[None]).astype(float)
    alike = np.clip(phrases @ phrases.T, 0, 1) * other
    near_in_harm = np.exp(-np.abs(harm[:, None] - harm[None]) / 0.4) * other
    columns = []
    for weights in (other, alike**4, np.exp((alike - 1) * 12) * other, near_in_harm):
        shared = _shares(weights, 1e-9)
        columns += [shared @ agent, shared @ patient]
    nearest, closeness = alike.argmax(1), alike.max(1, keepdims=True)
    columns += [closeness, agent[nearest] * closeness, patient[nearest] * closeness]
    by_same, on_same = (agent @ agent.T) * other, (patient @ patient.T) * other
    columns += [
        _shares(by_same, 1e-3) @ patient,
        _shares(by_same * alike**2, 1e-3) @ patient,
        _shares(on_same, 1e-3) @ agent,
    ]
    often_agent, often_patient = other @ agent, other @ patient
    columns.append((often_patient + 0.3) / (often_patient + often_agent + 0.6))
    columns.append(often_agent + often_patient)
    towards, by = np.zeros_like(agent), np.zeros_like(agent)
    signed = (agent * harm[:, None]).T @ patient
    for one in np.unique(article):
        mine = article == one
        rest = signed - (agent[mine] * harm[mine, None]).T @ patient[mine]
        both_ways = rest + rest.T
        towards[mine] = agent[mine] @ both_ways * harm[mine, None]
        by[mine] = patient[mine] @ both_ways * harm[mine, None]
    columns += [towards, by]
    return np.stack([np.broadcast_to(column, agent.shape) for column in columns], axis=2)


def _shares(weights: np.ndarray, least: float) -> np.ndarray:
    return weights / np.maximum(weights.sum(1, keepdims=True), least)


def _sides(agent, patient, alike, apart, other) -> list[np.ndarray]:
    """Return whom this act's agent acts upon elsewhere, and who acts upon its patient."""
    by_same, on_same = (agent @ agent.T) * other, (patient @ patient.T) * other
    turned = (agent @ patient.T) * other
    return [
        _shares(by_same, 1e-3) @ patient,
        _shares(by_same * alike**2, 1e-3) @ patient,
        _shares(by_same * np.exp(-apart / 4), 1e-3) @ patient,
        _shares(on_same, 1e-3) @ agent,
        _shares(turned, 1e-3) @ agent,
        _shares(turned.T, 1e-3) @ patient,
    ]


def _unexplained(agent, patient) -> list[np.ndarray]:
    """Return how likely an actor has no role in any other act, and how often it has one."""
    columns = []
    for held in (np.maximum(agent, patient), patient, agent):
        free = np.log1p(-np.clip(held, 0, 0.99))
        columns.append(np.exp(free.sum(0, keepdims=True) - free))
    often_agent = agent.sum(0, keepdims=True) - agent
    often_patient = patient.sum(0, keepdims=True) - patient
    leaning = (often_patient + 0.3) / (often_patient + often_agent + 0.6)
    return [*columns, often_agent, often_patient, leaning]


def _relations(agent, patient, harm) -> list[np.ndarray]:
    """Return whether the actors do each other good or harm elsewhere, and this act's own."""
    signed = np.einsum("ta,te,t->tae", agent, patient, harm)
    elsewhere = signed.sum(0)[None] - signed
    both_ways = elsewhere + elsewhere.transpose(0, 2, 1)
    here = harm[:, None]
    from_agent = np.einsum("ta,tae->te", agent, elsewhere)
    between = np.einsum("ta,tae->te", agent, both_ways)
    on_patient = np.einsum("te,tae->ta", patient, both_ways)
    columns = [from_agent, from_agent * here, between * here, on_patient * here]
    for held in (patient, agent):
        suffered = held * here
        mean = (suffered.sum(0)[None] - suffered) / (held.sum(0)[None] - held + 0.5)
        columns += [mean, mean * here]
    return [*columns, here]


def _own(agent, patient, place) -> list[np.ndarray]:
    """Return what the act alone says, and by how much it says so."""
    log_agent, log_patient = np.log(agent + 1e-4), np.log(patient + 1e-4)
    ordered = np.sort(patient, axis=1)[:, ::-1]
    second = ordered[:, 1:2] if patient.shape[1] > 1 else np.zeros_like(ordered[:, :1])
    return [
        log_agent,
        log_patient,
        log_agent - log_patient,
        log_agent.max(1, keepdims=True) - log_agent,
        log_patient.max(1, keepdims=True) - log_patient,
        patient * (1 - agent),
        np.array([[patient.shape[1]]], dtype=float),
        -(agent * log_agent).sum(1, keepdims=True),
        ordered[:, :1],
        second,
        ((place + 0.5) / len(place))[:, None],
    ]
