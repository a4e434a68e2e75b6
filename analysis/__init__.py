"""Compare how outlets cover the same event: the map of the suite.

Data flow one way, table by table::

    documents → articles → segments → scores → estimates → figures
    as found    clean,      one voice   one per    outlet ×    PDF, SVG, PNG,
                one a text  each        measure    measure     rows as CSV

The modules, in reading order; each imports only from modules above it. Where a stage has parts
of its own, they stand in the folder before it (reading, pages, stories, speech):

    tables                 columns, types, keys and allowed values of every table
    lexicons               word lists with version, licence and source
    parsing                the dependency parse, shared by roles and labels
    encoder                one transformer pass a text, shared by every trained head (encoding.*)
    text.corpus            read documents as researchers have them
    text.cleaning          repair encoding, cut page furniture, reversibly
    text.lineage           copies, re-posts, wire copy, rewrites: one story once
    text.events            which articles are about the same event
    text.sentences         articles → sentences
    text.quotations        who is quoted, where, with which cue
    text.voice             sentences → segments of one voice each
    text.actors            people, groups and places of an event
    measures.*             segments → scores and evidence
    training.*             every shipped weight, rebuilt from labelled sets
    outlets.*              scores → estimates, human codes, what may be claimed
    figures.*              estimates → figures, and text with its evidence marked
    run                    the whole road, folder to folder, in parts (stages, spread, joining)
    notebooks              the notebooks, executed on a run's tables
    benchmarks.*           how good each part is, measured on labelled data
    __main__               python -m analysis …

Importing this package loads nothing else.
"""

from pathlib import Path

__version__ = "0.1.0"

# Word lists, weights, the sample: what the suite reads beside the articles it is given.
DATA = Path(__file__).resolve().parent.parent / "data"
