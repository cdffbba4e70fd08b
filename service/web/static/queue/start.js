// Quicker ways to do what the page's forms and links do. Without this file they do it themselves.

import { decide, leave, undoNewest } from "./acting.js";
import { current, goTo, goesOnBeyond, step } from "./cards.js";
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

function why(card) {
  const more = card.querySelector(".mores details");
  more.open = !more.open;
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

/** The author or the notes: here if this page shows them, else on the comment's own page. */
const panel = (name) => (card) => {
  const place = name === "note" ? "notes" : name;
  const shown = document.getElementById(place);
  if (shown) (document.getElementById(name === "note" ? "note" : "stand") ?? shown).focus();
  else location.assign(`${card.dataset.page}#${place}`);
};

function select(card) {
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
  why: () => here(why),
  author: () => here(panel("author")),
  note: () => here(panel("note")),
  open: () => here((card) => location.assign(card.dataset.page)),
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
for (const button of document.querySelectorAll("#acting button")) {
  button.addEventListener("click", () => actions[button.dataset.does]());
}
const target = location.hash.startsWith("#c-") && document.getElementById(location.hash.slice(1));
if (target) goTo(target, false);
prepare(sheet, (name) => actions[name]());
listen(sheet, actions);
if (sheet.querySelector("[data-does=remove]")) listenToReasons();
follow();
tellWhere();
resume();
document.getElementById("acting").hidden = false;
