"""Templates of what goes wrong, for the catalogs to know: of core, searches, HTTP."""

from __future__ import annotations

from service.web.language import marked

ERRORS = (
    # core
    marked("its text was wiped some time after it was called spam: nothing is left"),
    marked("no decision on this comment stands that could be undone"),
    marked("all that waited when the page was loaded is decided: look again"),
    marked("there is no decision %(number)s"),
    marked("this decision has been undone already"),
    marked("comment %(number)s is not in campaign %(campaign)s"),
    marked("there is no campaign %(number)s"),
    marked(
        "somebody has changed how this author stands since your page was loaded: "
        "look at it again, then decide"
    ),
    marked(
        "no e-mail address is known with this comment (none came with it, or it was forgotten "
        "after 30 days), and a name alone can be taken by anybody: decide about the comment"
    ),
    marked("there is no change of a standing with the number %(number)s"),
    marked("this change took another one back: say anew how the author stands"),
    marked("this site has no reason %(code)s for removing; it has: %(known)s"),
    marked("at most %(number)s reasons, one a line; found %(count)s"),
    marked("at most %(number)s characters a reason; “%(long)s” has %(count)s"),
    marked("a reason needs letters or digits"),
    marked("two reasons are the same but for case and signs"),
    marked("you have no saved view %(id)s"),
    marked("there is no bulk decision %(number)s"),
    marked("this bulk decision has been undone already"),
    marked("there is no site called %(name)s"),
    marked("there is no such invitation"),
    marked("there is no such person"),
    marked("there is no comment %(id)s"),
    marked("there is no such site"),
    marked("this invitation was used, has ended or was withdrawn"),
    marked("what you may do here has just been changed by somebody else"),
    marked(
        "this is the last owner of every site: make somebody else one first, or nobody "
        "could manage people any more"
    ),
    marked("that device is logged out already"),
    marked("there is no such receipt: was the address copied whole?"),
    marked("there is no article %(article)s on the site %(site)s"),
    marked(
        "%(origin)s is not among the origins of the site %(site)s. A form may send "
        "comments only for articles of the site it belongs to; if this is one, whoever "
        "runs the site can list its origin."
    ),
    marked("%(count)s characters; expected at least %(least)s"),
    marked("%(count)s characters; expected at most %(most)s"),
    marked(
        "the comment is at revision %(number)s now, not %(expected)s: look at it again, then decide"
    ),
    marked("%(browser)s of an unknown kind"),
    marked("A browser"),
    marked("%(browser)s on %(system)s"),
    marked("an iPhone"),
    marked("an iPad"),
    marked("a Mac"),
    marked("%(count)s characters; a search has at most %(most)s"),
    marked(
        "Nothing follows %(operator)s Write what to look for without a blank after the "
        "colon, such as site:blog or author:eve."
    ),
    marked(
        "There is no operator %(operator)s to search with. There are: %(known)s To look "
        "for the words themselves, put them in quotation marks."
    ),
    marked("There is no site called %(name)s. Expected one of: %(known)s."),
    # core/search.py
    marked("%(term)s cannot be searched for. Expected an address such as 203.0.113.7."),
    marked(
        "%(term)s cannot be searched for. Expected one address, or a network of /24 "
        "(IPv4) or /64 (IPv6)."
    ),
    marked(
        "%(term)s cannot be searched for. Expected a domain such as example.org, without https://."
    ),
    marked(
        "%(term)s cannot be searched for. Expected a reason's code such as copied or own_business."
    ),
    marked(
        "%(term)s cannot be searched for. Expected a probability such as >0.8, <=20%% or 0.4..0.6."
    ),
    marked("%(term)s cannot be searched for. Expected a language's code such as de or pt-br."),
    marked(
        "%(term)s cannot be searched for. Expected a day such as 2026-05-31, or an age "
        "such as 12h or 7d (m, h, d, w)."
    ),
    marked("%(term)s cannot be searched for. Expected a year from 1990 to 2999."),
    marked("%(term)s cannot be searched for. Expected one of %(known)s."),
    # HTTP's own names, as Werkzeug has them
    marked("Bad Request"),
    marked("Forbidden"),
    marked("Not Found"),
    marked("Method Not Allowed"),
    marked("Unsupported Media Type"),
    marked("Request Entity Too Large"),
    marked("Request URI Too Large"),
    # web/errors.py
    marked("The database does not answer"),
    marked("Something went wrong on our side"),
    marked("The fault is logged under this request's id; tell it to whoever runs this service."),
    marked("This form is out of date"),
    marked("Nothing was changed. Go back, reload the page, and send the form again."),
    marked("There is no such page"),
    marked(
        "Look at the address again: a character may be missing. The calls of the API are at /docs."
    ),
    marked("The request cannot be accepted"),
    marked("This cannot be searched for"),
    marked("The request cannot be accepted"),
    marked("There is no such thing here"),
    marked("This key is for another site"),
    marked("The comment has changed"),
    marked("Nothing of it waits any more"),
    marked("There is nothing to undo"),
    marked("The text is gone"),
    marked("The last owner stays"),
    marked("The author’s standing has changed"),
    marked("Nothing tells this author again"),
    marked("This Idempotency-Key was used before"),
    marked(
        "What was sent may not be stored. Send it again in 2 seconds; an "
        "Idempotency-Key keeps it from being stored twice."
    ),
)
