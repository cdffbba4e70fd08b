// The reasons for removing: opened by a key, then a number, or Enter for the one taken last.

import { decide } from "./acting.js";
import { current } from "./cards.js";

const KEPT = "hamlet-reason";

/** Show the card's reasons, at the one taken last. Returns whether it has any. */
export function open(card) {
  const list = card.querySelector(".removing");
  const plain = card.querySelector("button[value=remove]");
  if (!list || !plain) return false;
  list.open = true;
  const last = sessionStorage.getItem(KEPT);
  const found = [...list.querySelectorAll("button")].find((button) => button.value === last);
  (found ?? plain).focus({ preventScroll: true });
  list.querySelector(".menu").scrollIntoView({ block: "nearest" });
  return true;
}

/** Let numbers press the reasons of the card one is at, while they are shown. */
export function listen() {
  document.addEventListener("keydown", (event) => {
    const list = current()?.querySelector(".removing[open]");
    if (!list || event.altKey || event.ctrlKey || event.metaKey || event.repeat) return;
    if (document.querySelector("dialog[open]") || event.target.matches("input, textarea, select")) return;
    if (event.key === "Escape") {
      list.open = false;
      current().focus();
    } else if (/^[1-9]$/.test(event.key)) {
      const button = list.querySelectorAll("button")[Number(event.key) - 1];
      if (!button) return;
      event.preventDefault();
      taken(button);
      decide(current(), button);
    }
  });
  document.addEventListener("submit", (event) => {
    if (event.submitter?.closest(".split")) taken(event.submitter);
  });
}

/** Remember what was chosen, and shut the list. */
function taken(button) {
  if (button.name === "reason") sessionStorage.setItem(KEPT, button.value);
  else sessionStorage.removeItem(KEPT);
  button.closest(".split").querySelector(".removing").open = false;
}
