// Which comment one is at, and how to get to another.

let at = null;

document.addEventListener("focusin", (event) => {
  const card = event.target.closest(".card");
  if (card) mark(card);
});

function mark(card) {
  at?.classList.remove("at");
  at = card;
  card.classList.add("at");
  document.dispatchEvent(new CustomEvent("hamlet:at"));
}

/** Every card of the page, in order. */
export const all = () => [...document.querySelectorAll(".card")];

/** Whether the comment still wants something of the moderator. */
export const isOpen = (card) => !card.classList.contains("settled");

/** The card one is at, or was last; null at first. */
export function current() {
  if (at && !at.isConnected) at = null;
  return at;
}

/** The first open card behind this one, else the first open one before it; null if none is. */
export function nextOpen(card) {
  const cards = all();
  const here = cards.indexOf(card);
  return [...cards.slice(here + 1), ...cards.slice(0, here)].find(isOpen) ?? null;
}

/** The card's author, as shown. */
export const nameOf = (card) => card.querySelector("h2")?.textContent.trim() ?? "";

/** Go to the card. The page scrolls only when asked to: nothing moves under a pointer. */
export function goTo(card, isScrolling = true) {
  mark(card);
  card.focus({ preventScroll: true });
  if (isScrolling) card.scrollIntoView({ block: fits(card) ? "nearest" : "start" });
}

/** Step to a neighbour; past the last one, to the link that leads on. */
export function step(by) {
  const cards = all();
  const here = cards.indexOf(current());
  const there = here < 0 ? cards[0] : cards[here + by];
  if (there) goTo(there);
  else if (by > 0) document.querySelector("a[rel=next]")?.focus();
}

/** Whether an arrow should scroll instead: the card one is at goes on beyond the screen. */
export function goesOnBeyond(by) {
  const box = current()?.getBoundingClientRect();
  if (!box) return false;
  return by > 0 ? box.bottom > innerHeight + 1 && box.top < innerHeight : box.top < 0 && box.bottom > 0;
}

const fits = (card) => card.offsetHeight < innerHeight;
