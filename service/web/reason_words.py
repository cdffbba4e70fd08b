"""Templates of the reasons that core and the models give, for the catalogs to know."""

from __future__ import annotations

from service.web.language import marked

LEARNED_HERE = marked("%(reason)s, as decided here before")
# What people decided about before; "links to …" is a pattern of its own.
WHAT = ("this very text", "this e-mail address", "this network", "links to %(name)s")
DECIDED_BEFORE = (
    marked("this very text: %(told)s"),
    marked("this e-mail address: %(told)s"),
    marked("this network: %(told)s"),
    marked("links to %(name)s: %(told)s"),
)
REASONS = (
    # core/signals.py, core/policy.py, the Akismet door
    marked("filled in a field that people do not see"),
    marked("sent without running the form's script"),
    marked("a long text, and no key was pressed"),
    marked("no e-mail address in the form"),
    marked("the e-mail address cannot be one"),
    marked("an e-mail address mostly of digits"),
    marked("an e-mail address stretched with dots, to pass for another"),
    marked("word for word what another reader said on this article before"),
    marked("this site holds every comment"),
    marked("first comment of this author here"),
    marked("unlike anything the model has learned from"),
    marked("a test value for spam"),
    marked("written by an administrator"),
    marked("nothing was sent to judge by"),
    marked("asked about before the page it comes from was read"),
    marked("what was decided here before"),
    marked("written and sent in %(seconds)s s"),
    marked("links in the text to %(domain)s, where its e-mail address is"),
    marked("the same text came to %(articles)s other article within a day"),
    marked("the same text came to %(articles)s other articles within a day"),
    marked(
        "the same text came to %(articles)s other article, on %(sites)s other site, within a day"
    ),
    marked(
        "the same text came to %(articles)s other articles, on %(sites)s other site, within a day"
    ),
    marked(
        "the same text came to %(articles)s other articles, on %(sites)s other sites, within a day"
    ),
    marked("written in %(script)s script, unlike this site's language"),
    marked("would be spam, but its author is trusted here"),
    marked("published, as its author is trusted here"),
    marked("its author is banned here"),
    marked("you are always asked about this author"),
    marked("would be spam, but you are always asked about this author"),
    # models/evidence.py
    marked("the word “%(words)s”"),
    marked("the words “%(words)s”"),
    marked("author name “%(name)s”"),
    marked("this author's name"),
    marked("e-mail address at %(host)s in the text"),
    marked("author's link to %(hosts)s"),
    marked("link to %(hosts)s and %(count)s more"),
    marked("link to %(hosts)s"),
    # service/scoring.py, core/policy.py, core/reports.py
    marked("no model could be loaded: %(why)s"),
    marked("scoring failed: %(why)s"),
    marked("scoring was tried %(count)s times and never finished"),
    marked("the model gave %(value)s instead of a probability"),
    marked("reported by %(name)s"),
    # models/marks.py
    marked("links written in HTML"),
    marked("links written in forum code (BBCode)"),
    marked("HTML tags in the text"),
    marked("words with letters of another script in them"),
    marked("a word disguised with look-alike letters"),
    marked("two words disguised with look-alike letters"),
    marked("several words disguised with look-alike letters"),
    marked("many words disguised with look-alike letters"),
    marked("author name without a word"),
    marked("author name of one word"),
    marked("author name of two words"),
    marked("author name of three words"),
    marked("author name of four words or more"),
    marked("author name stands in the linked address"),
    marked("author name is a phrase from the linked address"),
    marked("author name without a letter"),
    marked("author name is one lower-case word"),
    marked("author name in lower case"),
    marked("author name reads like a search phrase"),
    marked("hardly any text beside the link"),
    marked("author name holds a web address"),
    marked("author name glued together from words"),
    marked("author name with digits"),
    marked("author name like a first and last name"),
    marked("very long author name"),
    marked("invisible characters hidden in the text"),
    marked("letters of decorative alphabets"),
    # models/shape.py
    marked("a long text"),
    marked("a very long text"),
    marked("no text besides links"),
    marked("written mostly in capital letters"),
    marked("many capital letters"),
    marked("no capital letters at all"),
    marked("some digits in the text"),
    marked("many digits in the text"),
    marked("several lines"),
    marked("many lines"),
    marked("more than ten lines"),
    marked("exclamation marks"),
    marked("many exclamation marks"),
    marked("asks a question"),
    marked("amounts of money"),
    marked("signs of program code"),
    marked("emoji in the text"),
    marked("many emoji in the text"),
    marked("hardly any punctuation"),
    marked("lines broken inside sentences"),
    marked("no space after a full stop or comma"),
    marked("quotes or addresses another reader"),
    marked("mixes writing systems"),
    marked("no words at all"),
    marked("repeats its words"),
    marked("repeats its words very often"),
    marked("very long words"),
)
