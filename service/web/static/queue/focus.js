// One comment at a time: the same cards, all but one out of sight; a swipe decides.

import { decide } from "./acting.js";
import { all, current, goTo, isOpen } from "./cards.js";
import { words } from "./words.js";

const FAR = 90; // pixels; a swipe is this long, and twice as long as it is high

const KEPT = "hamlet-one";
const button = document.querySelector("#acting [data-does=one]");
const progress = document.querySelector("#acting .progress");

const isOn = () => document.body.classList.contains("one");

/** Switch between all cards and one; the tab's next pages come likewise. */
export function toggle() {
  if (!button) return;
  const isOne = document.body.classList.toggle("one");
  sessionStorage.setItem(KEPT, isOne ? "yes" : "");
  button.setAttribute("aria-pressed", isOne);
  const card = current() ?? all().find(isOpen) ?? all()[0];
  if (card) goTo(card);
  count();
}

/** Go on one at a time where the page before was so. */
export function resume() {
  if (sessionStorage.getItem(KEPT) && !isOn()) toggle();
}

function count() {
  progress.hidden = !isOn();
  const cards = all();
  const done = cards.filter((card) => !isOpen(card)).length;
  progress.textContent = words("progress", { done, all: cards.length });
}

document.addEventListener("hamlet:changed", count);

let start = null;

document.addEventListener("touchstart", (event) => {
  const isOne = isOn() && event.touches.length === 1 && event.target.closest(".said");
  start = isOne ? event.touches[0] : null;
}, { passive: true });

document.addEventListener("touchend", (event) => {
  if (!start || !getSelection().isCollapsed) return;
  const end = event.changedTouches[0];
  const [wide, high] = [end.clientX - start.clientX, end.clientY - start.clientY];
  start = null;
  if (Math.abs(wide) < FAR || Math.abs(wide) < 2 * Math.abs(high)) return;
  const found = current()?.querySelector(`button[value=${wide > 0 ? "approve" : "spam"}]`);
  if (found) decide(current(), found);
}, { passive: true });
