// What happened meanwhile: counts on the tabs, and how many new comments wait behind the pill.

import { current } from "./cards.js";
import { words } from "./words.js";

const EVERY = 20_000; // milliseconds
const SOON = 1_000; // after a decision, or when one stays at a comment
const RENEWED = 60_000; // while one is at work on the same comment

const acting = document.getElementById("acting");
const pill = acting.querySelector(".pill");
let newest = "";
let timer = 0;

/** Ask now and then, while somebody looks. */
export function follow() {
  if (!acting.dataset.news) return;
  document.addEventListener("visibilitychange", () => document.hidden || askIn(SOON));
  document.addEventListener("hamlet:changed", () => askIn(SOON));
  ask();
}

/** Tell the others which comment one is at. */
export function tellWhere() {
  const token = document.getElementById("stamp").content.querySelector("[name=csrf_token]");
  if (!acting.dataset.news || !token) return;
  let said = "";
  let saidAt = 0;
  let waiting = 0;
  const say = () => {
    const card = current();
    if (!card || (card.id === said && Date.now() - saidAt < RENEWED)) return;
    [said, saidAt] = [card.id, Date.now()];
    const url = new URL(`news/looking/${card.id.slice(2)}`, new URL(acting.dataset.news, location));
    const body = new URLSearchParams({ csrf_token: token.value });
    fetch(url, { method: "POST", body, redirect: "manual" }).catch(() => null);
  };
  for (const kind of ["focusin", "keydown", "pointerdown"]) {
    document.addEventListener(kind, () => {
      clearTimeout(waiting);
      waiting = setTimeout(say, SOON);
    });
  }
}

function askIn(time) {
  clearTimeout(timer);
  timer = setTimeout(ask, time);
}

async function ask() {
  const url = new URL(acting.dataset.news, location);
  if (newest) url.searchParams.set("since", newest);
  const isSeen = !document.hidden;
  const response = isSeen && await fetch(url, { redirect: "manual" }).catch(() => null);
  if (response?.status === 401) return; // logged out: no more news
  if (response?.ok) show(await response.json());
  askIn(EVERY);
}

function show(news) {
  newest ||= news.newest;
  for (const tab of document.querySelectorAll(".tabs a")) {
    const name = new URL(tab.href).searchParams.get("tab") ?? "review";
    const count = tab.querySelector(".count");
    if (count && news.counts[name]) count.textContent = news.counts[name];
  }
  showOthers(news.looking);
  if (!pill || !acting.dataset.manyNew || news.waiting === "0") return;
  const name = news.waiting === "1" ? "oneNew" : "manyNew";
  pill.textContent = words(name, { n: news.waiting });
  pill.hidden = false;
}

/** The initials of whoever else is at a card. */
function showOthers(looking) {
  for (const badge of document.querySelectorAll(".card .looking")) badge.remove();
  for (const [id, { initials, names }] of Object.entries(looking)) {
    const card = document.getElementById(`c-${id}`);
    if (!card) continue;
    const badge = document.createElement("span");
    badge.className = "looking";
    badge.setAttribute("role", "img");
    badge.setAttribute("aria-label", words("looking", { names }));
    badge.title = words("looking", { names });
    badge.textContent = initials;
    card.querySelector(".said").append(badge);
  }
}
