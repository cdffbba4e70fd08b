// Quicker ways to do what the page's forms and links do. Without this file they do it themselves.

import { decide, leave, undoNewest } from "./acting.js";
import { current, goTo, goesOnBeyond, step } from "./cards.js";
import { follow as followDetails, open as openDetails } from "./detail.js";
import { resume, toggle } from "./focus.js";
import { listen } from "./keys.js";
import { follow, tellWhere } from "./news.js";
import { open, prepare } from "./palette.js";
import { listen as listenToReasons, open as openReasons } from "./removing.js";
import { tell, words } from "./words.js";

const sheet = document.getElementById("keys");
const search = () => document.querySelector("input[type=search]");

/** Do it with the card one is at. */
function here(act) {
  const card = current();
  if (card) act(card);
  else tell(words("pick"));
}

/** Press the button of this decision. */
const decision = (name) => () => here((card) => {
  const button = card.querySelector(`form[action$='/decision'] button[value=${name}]`);
  if (button) decide(card, button);
  else tell(words("cannot"));
});

/** Arrows move only from card to card, and leave a long one only at its end. */
const move = (by) => (event) => {
  if (event?.key.startsWith("Arrow")) {
    if (event.target !== current() || goesOnBeyond(by)) return false;
  }
  step(by);
};

/** Show the members of a campaign, to be ticked off, or put them away. */
function expand(card) {
  const crowd = card.querySelector(".crowd");
  if (!crowd) return tell(words("single"));
  crowd.open = !crowd.open;
  const first = crowd.open && crowd.querySelector("input");
  if (first) first.focus();
  else goTo(card, false);
}

/** The reasons; a second time, without any. */
function remove(card) {
  if (card.querySelector(".removing[open]")) decision("remove")();
  else if (!openReasons(card)) tell(words("cannot"));
}

function hard(card) {
  const button = card.querySelector("form[action$='/hard'] button");
  if (button) leave(card, button);
  else tell(words("cannot"));
}

function select(card) {
  if (card.matches(".folded")) return expand(card);
  const box = card.querySelector("input[type=checkbox]");
  if (box) box.click();
  else tell(words("cannot"));
}

function goToTab(name) {
  const tabs = [...document.querySelectorAll(".tabs a")];
  const link = tabs.find((tab) => (new URL(tab.href).searchParams.get("tab") ?? "review") === name);
  link?.click();
}

const actions = {
  next: move(1),
  previous: move(-1),
  approve: decision("approve"),
  spam: decision("spam"),
  remove: () => here(remove),
  reason: () => here(remove),
  hold: decision("hold"),
  undo: undoNewest,
  select: () => here(select),
  hard: () => here(hard),
  why: () => here((card) => openDetails(card, "why")),
  thread: () => here((card) => openDetails(card, "thread")),
  author: () => here((card) => openDetails(card, "author")),
  note: () => here((card) => openDetails(card, "notes", "#note")),
  history: () => here((card) => openDetails(card, "history")),
  details: (event) => {
    if (event && event.target !== current()) return false; // Enter on a button presses it
    return here((card) => openDetails(card));
  },
  open: () => here((card) => location.assign(card.dataset.home ?? card.dataset.page)),
  expand: () => here(expand),
  one: toggle,
  new: () => document.querySelector(".pill:not([hidden])")?.click(),
  search: () => search()?.focus(),
  palette: open,
  help: () => sheet.showModal(),
};
for (const name of ["review", "spam", "published", "removed"]) {
  actions[`tab ${name}`] = () => goToTab(name);
}

for (const row of sheet.querySelectorAll("[data-does=search]")) row.hidden = !search();
for (const row of sheet.querySelectorAll("[data-does=select]")) {
  row.hidden = !document.querySelector(".card input[type=checkbox]");
}
for (const row of sheet.querySelectorAll("[data-does=expand]")) {
  row.hidden = !document.querySelector(".folded");
}
for (const button of document.querySelectorAll("#acting button")) {
  button.addEventListener("click", () => actions[button.dataset.does]());
}
const target = location.hash.startsWith("#c-") && document.getElementById(location.hash.slice(1));
if (target) goTo(target, false);
prepare(sheet, (name) => actions[name]());
listen(sheet, actions);
if (sheet.querySelector("[data-does=remove]")) listenToReasons();
follow();
followDetails();
tellWhere();
resume();
document.getElementById("acting").hidden = false;
