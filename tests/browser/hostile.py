"""Comments whose writers mean harm: to the page, to its reader's eyes, to their neighbours."""

from __future__ import annotations

from playwright.sync_api import Page

DEEDS = (
    "<script>window.pwned = 1</script><img src=/pwned onerror='window.pwned = 1; alert(1)'>"
    "<svg onload=alert(2)><animate onbegin=alert(3) attributeName=x dur=1s></svg>"
    "<iframe srcdoc='<script>parent.pwned = 1</script>'></iframe>"
    '<a id="bait" href="javascript:alert(4)">click</a><base href=//pwned.example/>'
    "<form action=//pwned.example><button>Log in again</button></form>"
    '<meta http-equiv=refresh content="0;url=/pwned"><link rel=prefetch href=/pwned>'
    "</p></div></article></main></body>{{ 7 * 7 }} ${7*7} <!-- "
)
STYLE = "<style>body { display: none }</style><p style='position:fixed;inset:0'>@import url(/pwned)"
LINKS = (
    "javascript:alert(5) data:text/html,<script>alert(6)</script> vbscript:msgbox(7) "
    "jAvAsCrIpT&colon;alert(8) //pwned.example/ https://pwned.example/pwned.png "
    "https://bank.example@pwned.example/ https://bank.example.pwned.test/login "
    "https://xn--pple-43d.com/ https://аpple.com/ http://раураl.com/ https://pwned.example\\@ok.org/"
)
BIDI = "approve \u202esihdnaht\u202c \u2066\u202dthis\u2069 now \u200f\u202e" + "olleh " * 40
ZALGO = "".join(letter + "\u0337\u0322\u031b\u0489\u035c" * 12 for letter in "unsurehecomes")
CONTROLS = (
    "bell\x07 escape\x1b[31m null\x00 delete\x7f c1\x9b tag\U000e0041\U000e0042 line\u2028end"
)
TEXTS = {
    "deeds": DEEDS,
    "style": STYLE,
    "links": LINKS,
    "bidi": BIDI,
    "zalgo": ZALGO * 20,
    "controls": CONTROLS,
    "a word": "W" * 60_000,  # as much as a door lets in, almost
    "a wide word": "\U00012031\u0bf5" * 3_000,
    "lines": "tall\n" * 2_000,
    "joined": "e\u200d" * 5_000,
}
NAMES = {
    "deeds": "<img src=/pwned onerror=alert(9)>",
    "style": "</title><style>*{display:none}</style>",
    "bidi": "\u202eeve",
    "zalgo": ZALGO[:200],
    "controls": "\x07\x1b]0;pwned\x07\u200b",
    "a word": "W" * 200,
    "a wide word": "\U0001242b" * 100,
    "lines": "فاطمة بنت محمد بن عبد الله",
    "links": "https://pwned.example/pwned",
    "joined": "аdmin",
}
WEBSITES = {
    "deeds": "javascript:alert(10)",
    "style": "data:text/html,<script>alert(11)</script>",
    "links": "https://аpple.com/",
    "bidi": "https://pwned.example/\u202egpj.exe",
    "zalgo": "//pwned.example/",
    "a word": "https://" + "w" * 1_900 + ".example/",
    "lines": "https://pwned.example/" + "a" * 1_900,
    "joined": 'https://pwned.example/"onmouseover="alert(12)',
}
# Run before anything else on a page: whatever tries to act leaves a word.
WATCH = """
window.acted = [];
for (const name of ["open", "alert", "confirm", "prompt"])
  window[name] = () => window.acted.push(name);
addEventListener("securitypolicyviolation", (event) =>
  window.acted.push(`policy: ${event.effectiveDirective} ${event.blockedURI}`));
"""
# What a hostile text has done to the page that it stands on; [] for nothing.
HARM = """() => {
  const found = [...(window.acted ?? [])];
  if (window.pwned) found.push("a script ran");
  if (document.querySelector("#bait, iframe, base, svg animate, img[src*=pwned]"))
    found.push("markup came through");
  if (getComputedStyle(document.body).display === "none") found.push("a style came through");
  for (const link of document.querySelectorAll("a[href]")) {
    if (!/^https?:$/.test(link.protocol)) found.push(`a link to ${link.href.slice(0, 40)}`);
    if (link.origin === location.origin) continue;
    if (link.closest(".comment") && link.rel !== "nofollow ugc noopener")
      found.push(`followed: ${link.href.slice(0, 40)} (${link.rel})`);
  }
  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) found.push(`wider than the screen: ${wide}`);
  return found;
}"""
# Which of a page's boxes cannot be seen, or lie under something else; [] for none.
COVERED = """parts => [...document.querySelectorAll(parts)].flatMap((part) => {
  part.scrollIntoView({ block: "center", behavior: "instant" });
  const box = part.getBoundingClientRect();
  if (box.width < 40 || box.height < 10) return ["one has no room"];
  if (box.left < 0 || box.right > innerWidth + 1) return ["one leaves the screen"];
  const middle = Math.min(Math.max((box.top + box.bottom) / 2, 0), innerHeight - 1);
  const on = document.elementFromPoint(box.left + box.width / 2, middle);
  return part.contains(on) ? [] : [`one lies under ${on?.outerHTML.slice(0, 60)}`];
})"""


def watched(page: Page) -> list[str]:
    """What tries to act while pages are open: dialogs, errors, requests, windows."""
    acted: list[str] = []
    page.add_init_script(WATCH)
    page.on("dialog", lambda dialog: (acted.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("pageerror", lambda error: acted.append(f"error {error}"))
    page.on("popup", lambda popup: acted.append(f"window {popup.url}"))
    page.on(
        "request",
        lambda sent: acted.extend([f"request {sent.url}"] if "pwned" in sent.url else []),
    )
    page.on(
        "console",
        lambda told: acted.extend([told.text] if told.type == "error" else []),
    )
    return acted
