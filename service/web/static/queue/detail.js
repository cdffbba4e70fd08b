// Details of the comment one is at: beside the list where there is room, else in a sheet.

import { all, current, goTo } from "./cards.js";

const SOON = 120; // milliseconds; who steps on quickly asks for nothing
const KEPT = "hamlet-part";
const pane = document.getElementById("pane");
const sheet = document.getElementById("detail-sheet");
const wide = matchMedia("(min-width: 68.75rem)");
const known = new Map(); // address → answer, until something changes
let part = sessionStorage.getItem(KEPT) ?? "why";
let waiting = 0;
let asked = "";

/** Show the details of whatever card one goes to. */
export function follow() {
  if (!pane) return;
  document.addEventListener("hamlet:at", later);
  document.addEventListener("hamlet:changed", () => { known.clear(); later(); });
  wide.addEventListener("change", later);
  for (const room of [pane, sheet]) room.addEventListener("click", changePart);
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".card .details");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link.closest(".card"));
  });
  later();
}

/** Show this part of the details, and go to a field of it; without a name the part shown last. */
export async function open(card, name = part, field = "") {
  if (!pane) return enter(document.getElementById(name), field);
  choose(name);
  if (card !== current()) goTo(card, false);
  const room = wide.matches ? pane : sheet.querySelector(".detail-room");
  const shown = show(card, room);
  if (room !== pane) {
    offer(card);
    if (!sheet.open) sheet.showModal();
  }
  await shown;
  if (field) enter(room, field);
}

function enter(place, field) {
  const wanted = field && place?.querySelector(field);
  if (wanted) wanted.focus();
  else place?.scrollIntoView();
}

function later() {
  clearTimeout(waiting);
  const card = current() ?? all()[0];
  if (wide.matches && card) waiting = setTimeout(show, SOON, card, pane);
}

function choose(name) {
  part = name;
  sessionStorage.setItem(KEPT, name);
}

async function show(card, room) {
  for (const other of document.querySelectorAll(".card.shown")) other.classList.remove("shown");
  card.classList.add("shown");
  const url = `${card.dataset.page}/detail?part=${part}`;
  asked = url;
  const answer = known.get(url) ?? await ask(url);
  if (asked !== url || !answer) return; // one has gone on meanwhile
  known.set(url, answer);
  const hadFocus = room.contains(document.activeElement);
  const parsed = new DOMParser().parseFromString(answer, "text/html");
  const isSame = room.querySelector(".detail-head")?.dataset.of === card.id.slice(2);
  const { scrollTop } = room;
  room.replaceChildren(...parsed.body.childNodes);
  room.scrollTop = isSame ? scrollTop : 0;
  if (hadFocus) room.querySelector(".detail-tabs [aria-current]")?.focus();
}

async function ask(url) {
  const response = await fetch(url, { redirect: "manual" }).catch(() => null);
  return response?.ok ? response.text() : null;
}

function changePart(event) {
  const link = event.target.closest("[data-part]");
  const card = document.querySelector(".card.shown");
  if (!link || !card || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  choose(link.dataset.part);
  show(card, event.currentTarget === pane ? pane : sheet.querySelector(".detail-room"));
}

/** The card's own buttons, once more at the foot of the sheet. */
function offer(card) {
  const buttons = [...card.querySelectorAll("form[action$='/decision'] button")];
  sheet.querySelector(".detail-actions").replaceChildren(...buttons.map((button) => {
    const copy = button.cloneNode(true);
    copy.type = "button";
    copy.addEventListener("click", () => {
      sheet.close();
      button.click();
    });
    return copy;
  }));
}
