// Decisions and undo: shown at once, sent as the forms would be, put right when the server differs.

import { current, goTo, isOpen, nameOf, nextOpen } from "./cards.js";
import { tell, words } from "./words.js";

const PATIENCE = 15_000; // milliseconds
const made = []; // comments decided on this page, the newest last
const underway = new Map(); // comment → what is still being sent about it

document.addEventListener("submit", (event) => {
  const card = event.target.closest(".card");
  if (!card || !/\/(decision|undo|hard)$/.test(event.target.action)) return;
  event.preventDefault();
  const isPointer = !event.submitter?.matches(":focus-visible");
  if (event.target.action.endsWith("/hard")) return leave(card, event.submitter, !isPointer);
  if (event.target.action.endsWith("/undo")) takeBack(card, !isPointer);
  else decide(card, event.submitter, !isPointer);
});

/** Decide as the button says; the next open comment comes at once. */
export function decide(card, button, isScrolling = true) {
  if (!isOpen(card) || underway.has(card.id)) return;
  const form = button.form;
  const data = new FormData(form, button);
  settle(card, button, form);
  made.push(card.id);
  const next = nextOpen(card);
  if (next) goTo(next, isScrolling);
  else goTo(card, false);
  changed();
  inTurn(card.id, async () => {
    const answer = await post(form.action, data);
    if (answer.undo) confirm(card, answer);
    else putRight(card, answer);
  });
}

/** Undo what was decided about the card. */
export function takeBack(card, isScrolling = true) {
  inTurn(card.id, async () => {
    const shown = document.getElementById(card.id);
    const form = undoForm(shown);
    if (!form) return; // its decision was refused meanwhile
    const answer = await post(form.action, new FormData(form));
    const fresh = putRight(shown, answer);
    if (answer.ok) {
      goTo(fresh, isScrolling);
      tell(answer.said);
    }
  });
}

/** Leave the comment to another moderator, or take it up again; the next open one comes at once. */
export function leave(card, button, isScrolling = true) {
  const form = button.form;
  const data = new FormData(form, button);
  const next = button.value === "yes" && nextOpen(card);
  if (next) goTo(next, isScrolling);
  inTurn(card.id, async () => {
    const answer = await post(form.action, data);
    putRight(document.getElementById(card.id), answer);
    if (answer.ok) tell(answer.said, next ? words("next", { name: nameOf(next) }) : "");
  });
}

/** Undo the decision of the card one is at, else the newest one made here. */
export function undoNewest() {
  const here = current();
  const ids = here && !isOpen(here) ? [here.id] : [...made].reverse();
  const card = ids.map((id) => document.getElementById(id)).find((found) => found && !isOpen(found));
  const form = document.querySelector(".notice form[action$='/undo']");
  if (card) takeBack(card);
  else if (here && undoForm(here)) takeBack(here);
  else if (form) form.requestSubmit();
  else tell(words("nothing"));
}

const undoForm = (card) =>
  card.querySelector(".stamp form") ?? card.querySelector("form[action$='/undo']");

/** Things about one comment are sent one after the other. */
function inTurn(id, send) {
  const turn = (underway.get(id) ?? Promise.resolve()).then(send).finally(() => {
    if (underway.get(id) === turn) underway.delete(id);
    changed();
  });
  underway.set(id, turn);
}

/** What the server says, always with a `problem` where it is not `ok`. */
async function post(url, data) {
  if (!navigator.onLine) return { problem: words("offline") };
  let response;
  try {
    response = await fetch(url, {
      method: "POST",
      body: new URLSearchParams(data),
      headers: { Accept: "application/json" },
      redirect: "manual", // to the login
      keepalive: true, // sent even if the page is left at once
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    return { problem: words(navigator.onLine ? "silent" : "offline") };
  }
  if (response.type === "opaqueredirect") return { problem: words("loggedOut") };
  const answer = await response.json().catch(() => null);
  if (!answer) return { problem: words("garbled") };
  if (response.ok) return { ok: true, ...answer };
  return { ...answer, problem: answer.card ? words("conflict") : answer.detail ?? words("garbled") };
}

/** Dim the card where it is, with what was decided and a way back in place of its buttons. */
function settle(card, button, form) {
  const stamp = document.getElementById("stamp").content.cloneNode(true).firstElementChild;
  stamp.querySelector(".stamp-word").append(
    (button.querySelector("svg") ?? button.closest(".split").querySelector("svg")).cloneNode(true),
    button.dataset.done,
  );
  stamp.querySelector("form").action = form.action.replace(/decision$/, "undo");
  if (form.dataset.undo) stamp.querySelector("[data-undo]").name = form.dataset.undo;
  stamp.classList.add(button.name === "reason" ? "remove" : button.value);
  card.querySelector(".trouble")?.remove();
  card.querySelector(".actions").append(stamp);
  card.classList.add("settled");
}

function confirm(card, answer) {
  card.querySelector(".stamp [data-undo]").value = answer.undo;
  const at = current();
  const next = at !== card && at ? words("next", { name: nameOf(at) }) : words("finished");
  tell(answer.said, next);
}

/** Show how things stand: the server's card where it sent one, else this one with the problem. */
function putRight(card, answer) {
  if (answer.card) return replace(card, answer);
  if (answer.ok) location.reload(); // nothing of it is left to show
  if (card.querySelector(".stamp [data-undo]")?.value === "") {
    card.querySelector(".stamp").remove();
    card.classList.remove("settled");
  }
  showTrouble(card, answer.problem);
  return card;
}

function replace(card, answer) {
  const parsed = new DOMParser().parseFromString(answer.card, "text/html");
  const fresh = parsed.querySelector(".card");
  const conflict = parsed.querySelector(".conflict");
  const hadFocus = card.contains(document.activeElement);
  card.replaceWith(fresh);
  if (conflict) {
    fresh.prepend(conflict);
    tell(conflict.textContent);
  }
  if (hadFocus) goTo(fresh, false);
  return fresh;
}

function showTrouble(card, problem) {
  card.querySelector(".trouble")?.remove();
  const said = document.createElement("p");
  said.className = "trouble problem";
  said.textContent = problem;
  card.prepend(said);
  tell(`${nameOf(card)}: ${problem}`);
}

function changed() {
  document.dispatchEvent(new CustomEvent("hamlet:changed"));
}
