"""Domains where anybody may publish: what people decided about one link says little of the next.

Hosts whose users have names of their own under them (blogspot.com, github.io) are on the public
suffix list, and are told apart by it already.
"""

from __future__ import annotations

_PLATFORMS = """
    archive.org bandcamp.com behance.net bsky.app codepen.io dailymotion.com deviantart.com
    discord.com discord.gg dribbble.com dropbox.com ebay.com etsy.com
    facebook.com fb.com flickr.com giphy.com github.com gitlab.com goodreads.com google.com
    imdb.com imgur.com instagram.com issuu.com kickstarter.com linkedin.com linktr.ee
    livejournal.com mastodon.social medium.com meetup.com notion.so npmjs.com odysee.com ok.ru
    patreon.com pinterest.com pypi.org quora.com reddit.com redd.it scribd.com slideshare.net
    snapchat.com soundcloud.com spotify.com stackexchange.com stackoverflow.com steamcommunity.com
    substack.com t.me telegram.me telegra.ph threads.net tiktok.com tumblr.com twitch.tv twitter.com
    vimeo.com vk.com weebly.com weibo.com whatsapp.com wa.me wikipedia.org wixsite.com wordpress.com
    x.com yelp.com youtu.be youtube.com zoom.us
"""
_SHORTENERS = """
    adf.ly bit.ly bl.ink buff.ly cutt.ly dlvr.it fb.me goo.gl goo.su is.gd lnkd.in ow.ly rb.gy
    rebrand.ly s.id shorturl.at soo.gd t.co t.ly tiny.cc tinyurl.com trib.al u.to v.gd vk.cc
"""
PLATFORMS = frozenset(_PLATFORMS.split() + _SHORTENERS.split())
"""Registered domains of platforms and link shorteners."""

_WELL_KNOWN = """
    adobe.com aka.ms apache.org apple.com arxiv.org bbc.co.uk bbc.com bloomberg.com cnn.com
    creativecommons.org debian.org docker.com elpais.com europa.eu example.com faz.net forbes.com
    gnome.org gnu.org huffpost.com ietf.org intel.com java.com kde.org kernel.org lemonde.fr
    microsoft.com mit.edu mozilla.org msdn.com msn.com mysql.com nasa.gov nature.com netflix.com
    nih.gov npr.org nytimes.com openstreetmap.org opensuse.org oracle.com paypal.com php.net
    postgresql.org python.org redhat.com reuters.com ruby-lang.org samsung.com sciencemag.org
    serverfault.com slate.com spiegel.de stackapps.com superuser.com ted.com theguardian.com
    theregister.com time.com ubuntu.com ubuntuforums.org w3.org washingtonpost.com wired.com
    who.int wsj.com xkcd.com yahoo.com zeit.de
"""
_HOSTING = """
    about.me amzn.to askubuntu.com blogger.com digg.com disqus.com edublogs.org feedburner.com
    free.fr gravatar.com imageshack.us mathoverflow.net myspace.com paste.org pastebin.com plurk.com
    sourceforge.net tinypic.com webs.com wikimedia.org wordpress.org
"""
_NATIONAL = ("amazon.", "blogspot.", "google.", "yahoo.")  # one name under many countries' endings
_EVERYBODYS = PLATFORMS | frozenset(_WELL_KNOWN.split() + _HOSTING.split())


def is_everybodys(domain: str) -> bool:
    """Whether so many link there in good faith that two who do have nothing in common."""
    return domain in _EVERYBODYS or domain.startswith(_NATIONAL)
