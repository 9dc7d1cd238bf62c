"""What each code of the linter means: one paragraph each, for `recover playbook codes`.

E is an error (the playbook is not loaded), W a warning (it is, and somebody should look), C a convention. A code never
changes its meaning.
"""

from __future__ import annotations

CODES: dict[str, str] = {
    # the file
    "E001": (
        "The file is not there, cannot be read, or is larger than 1 MiB. A playbook is small; long text belongs "
        "into letters and handouts."
    ),
    "E002": (
        "A byte that is not UTF-8, a control character, or a character that changes the direction of text. The "
        "last kind can make a reviewer see other text than the program reads, so it is refused everywhere in a "
        "file."
    ),
    "E003": (
        "The file is not YAML here. Often a text holds a colon and a space or begins with a sign such as [ or @ "
        "and needs quotes, or a line is indented by one space too many."
    ),
    "E004": "A tag (!name) or a directive (%YAML). Every value is text until the key it stands under says otherwise.",
    "E005": (
        "An anchor (&name) or an alias (*name). A short file can unfold into millions of values with them, and a "
        "reader loses track; write the value again, or make a group."
    ),
    "E006": "A merge key (<<). Write the keys out.",
    "E007": "A key stands twice in one mapping. Only one of them would count, and not the one you think.",
    "E008": "The file is nested deeper than 40 levels.",
    "E009": "The file holds more than 20,000 values.",
    "E010": "The file is empty, or holds more than one document (a second `---`).",
    "E011": "A key is a list or a mapping. Keys are words.",
    "E012": "A line is longer than 20,000 characters. Wrap it with `>-`.",
    # the schema
    "E020": (
        "A key that is not part of the language at this place. The hint names the nearest one. Unknown keys are "
        "errors because a misspelt `gate` would otherwise hold back nothing."
    ),
    "E021": "A key that must be there is missing.",
    "E022": "Text stands where a list or a mapping is expected, or the other way round.",
    "E023": "Nothing stands behind the key. Leave the key out or give it a value.",
    "E024": (
        "This cannot be an id or a name. Facts, gates, steps and items use lower-case words joined by "
        "underscores; playbooks, letters and channels use hyphens."
    ),
    "E025": "This is not a day. Write 2026-11-23.",
    "E026": "This is not a whole number.",
    "E028": "This value is not one of those possible here.",
    "E029": "This is not a length. Write 24h, 180d, 2w, 6m or 1y.",
    "E030": (
        "The text is longer than fits here, or spans lines where one line is meant. Steps are read aloud to tired "
        "people; short text is part of the design."
    ),
    "E031": "This is not a version. Three numbers: 1.0.0.",
    "E032": (
        "This is not an address a channel can have. It begins with https:// and holds no user name; a domain is "
        "written in lower-case letters."
    ),
    "E033": "This is not a language code or not a SHA-256.",
    "E034": (
        "This is not a time. Write 2017, 2025-10~, 2026-10-05, 2026-10-05 21:40 Asia/Baku, or a range with a "
        "slash. A story's clock and acts need day and time."
    ),
    # names
    "E040": (
        "Two things have one name: steps, gates, items, channels, rules, deadlines, exhibits of a file, two "
        "groups with one id, or a step and an include. Names are permanent and must say which one is meant."
    ),
    "E042": (
        "A `next`, `also`, `outcomes`, `then`, `open`, `for`, `before` or `start` names a step that does not "
        "exist. In a group only its own steps and `exit` can be named; in a playbook its own steps, an include, "
        "or `include.step`."
    ),
    "E043": "An include or `uses` names a group that is in no folder of playbooks.",
    "E044": "A step waits for a gate that nobody declared. An unknown gate would never open, or never hold.",
    "E045": "A deadline or a schedule names a rule that is not in playbooks/facts/rules.yaml.",
    "E046": "A letter goes through a channel that is not in playbooks/facts/channels.",
    "E047": "A step offers a letter that is not in templates/letters.",
    "E048": "A group uses another one that the playbook does not include. Its questions would never be asked.",
    "E049": "This word means something in conditions or belongs to the engine, so it cannot be an id.",
    "E050": "A playbook's id is not the name of its folder, or a story's not the name of its file.",
    "E051": (
        "The group has no exit with this name. Exits are listed under `exits`; without the list there is only `done`."
    ),
    "E052": "A playbook's own step goes to `exit`. Only a group has exits; a playbook's line of work ends with `end`.",
    "E053": (
        "The group can be left by an exit for which the include names no step. Say where the case goes: then: "
        "{exit_id: step}."
    ),
    # conditions
    "E060": (
        "The condition cannot be read, or uses something that is not part of the language. It is not Python: "
        "there are names, texts, numbers, comparison, in, and, or, not, and a few functions."
    ),
    "E061": (
        "The condition, or an `ask`, names a fact or a column that does not exist. A misspelt name would skip a "
        "branch silently, so it is an error."
    ),
    "E062": (
        "The condition compares with a value that the question cannot have, or with a date that is none. It would "
        "never be true."
    ),
    "E063": (
        "Two kinds are compared that can never be equal, or a constant with a constant: a yes-no question is true "
        "or false (not 'yes'), a text stands in quotes, 'value' in fact is for questions with many choices."
    ),
    "E064": (
        "A function names a letter, a step, an item, an outcome or a column that does not exist, or takes "
        "something else."
    ),
    "E065": "`item.column` stands outside `for_each`, or `for_each` names something that is no list.",
    "E066": (
        "This is no condition: a fact that is not yes-no cannot stand alone, a number must be compared, and a "
        "constant decides nothing."
    ),
    "E068": (
        "Dates and other things are compared in a way that has no meaning. Only numbers and dates have an order; "
        "dates are not compared with == because a month is not equal to itself."
    ),
    # facts
    "E070": "A key does not fit the type of the question, such as choices for a text.",
    "E071": "A choice without choices, or a list without columns.",
    "E072": (
        "A list's key is no column, or `needs` names no member of a person (name, role, contact, alias) or an "
        "asset (kind, name, url, platform_id, handle)."
    ),
    "E073": (
        "The pattern uses something outside the small language of patterns: no groups, no anchors, no look- "
        "around. It always matches the whole answer."
    ),
    "E074": "The default is no valid answer to its own question.",
    "E075": (
        "The question seems to ask for a password or a code. These are never asked and never stored: whoever "
        "opens the case, or copies it, would hold the account. Ask about them with yes-no or a choice."
    ),
    "E076": "The question does not say why it is asked. People answer better, and may decline, when they know.",
    "E077": "Two facts of a playbook have the same meaning for the engine.",
    "E078": "`least` is larger than `most`.",
    "E079": "What the engine reads under this meaning must be of another type, such as a zone for `means: zone`.",
    # steps
    "E080": "A step goes on in exactly one way: `next`, `outcomes` (with a wait) or `end`.",
    "E081": (
        "The branches do not end in one `otherwise`. An unknown answer would lead nowhere, and unknown answers "
        "are normal."
    ),
    "E082": "A branch that is never taken, because an earlier one has the same condition or the same values.",
    "E083": "A wait without outcomes, or outcomes without a wait.",
    "E084": "The outcome is not in the catalogue. Platforms use many words; these ids stay the same for all of them.",
    "E085": "Silence needs a length and a step (silence: {after: 14d, go: step}); no other outcome has a length.",
    "E086": "The step waits for a step that offers no letter, so nothing could be answered.",
    "E087": "Evidence is wanted before the step in which it is asked for.",
    "E088": "A schedule names a rule without lengths, so no check would ever become due.",
    "E089": "A deadline or a schedule counts from a question that gives no date.",
    "E090": (
        "A channel's address is on no domain of playbooks/facts/domains.yaml. Sites that pretend to be an appeal "
        "form are common; a new domain is added on purpose, by hand."
    ),
    "E091": "A fact was checked after the day by which it should be reviewed again.",
    "E092": "A channel names an organisation that stands in no file of facts.",
    "E093": (
        "A test (`tested:`) names a channel, rule, clause, organisation or proof of control that stands in no file of "
        "facts."
    ),
    # the whole
    "E100": "No way leads to this step: no next, also, outcome or watch names it.",
    "E101": "From this step no way leads to an end or an exit; the case would never finish.",
    "E102": "Steps lead back to themselves and none of them waits for anybody. The interview would turn in a circle.",
    "E103": "A gate needs an answer that is asked only in steps which the gate itself holds. Nobody could open it.",
    "E104": (
        "A question is visible only when it is answered itself, directly or through others. Nobody would ever see it."
    ),
    "E105": "Triage has a seventh question, or one that is not picked from a list. `recover start` asks them at 2 a.m.",
    "E120": "A file named by an answers file or a story is not there. Paths count from the file that names them.",
    "E121": "A story or an answers file leads to a file outside its own folder: strangers' must not read yours.",
    "E122": "An act of a story lies before the one above it.",
    "E123": (
        "A story names a question, step, item, piece of evidence, outcome, gate or letter that its playbook does not "
        "have, or gives an answer that the question cannot have. It would fail when it is played, in other words."
    ),
    # translations
    "E130": (
        "A catalogue says that it translates something else than the file beside which it lies, or nothing is there "
        "that it could translate. playbooks/ID/text/az.yaml, playbooks/shared/text/az/GROUP.yaml."
    ),
    "E131": (
        "An address, a number or a slot is not the same in the translation. A client who reads it would be led "
        "elsewhere, so they stay as they are."
    ),
    "E132": "A review of a translation is a name and a day, both or none.",
    "E133": (
        "A translation holds a character its language does not need: a control character, or one that turns the "
        "reading direction around. Languages written from right to left may use the plain direction marks."
    ),
    "E134": (
        "A row of a table that came back cannot be taken: its key is not known or stands there twice. Nothing of the "
        "table was taken in."
    ),
    # warnings
    "W110": "A fact that no step asks, or a step over a list that no step asks. Conditions on it stay unknown.",
    "W112": "The playbook is past its `valid_until`. Every screen says so until somebody has reviewed it.",
    "W113": "A fact is past its review date. Everything built on it carries a warning.",
    "W114": "The playbook was revoked. It loads, and every screen says why it should not be used.",
    "W115": "A gate counts exhibits of a kind that no step asks for.",
    "W117": "Nothing happens when the other side stays silent, which is what it does most often.",
    "W118": "An include into which no way leads.",
    # conventions
    "C201": (
        "Nobody could confirm this fact in a text of the platform or the law (certainty D). It ships as a default "
        "to edit and says so wherever it is used. It is listed in every run and fails none, strict ones neither."
    ),
    "C205": (
        "The English has changed since this text was translated. The translation is kept for the translator, and the "
        "client is read the English, with a mark. It is listed in every run and fails none."
    ),
    "C206": "A translation of a text that is not there any more. It is listed in every run and fails none.",
    "C203": "A step asks more than eight questions. Split it.",
    "C204": "A step may be passed over and does not say why. `hidden_because` is shown to helpers and in the record.",
}
"""Code → explanation, in the order of the codes."""
