// What happened meanwhile: counts on the tabs, and how many new comments wait behind the pill.

import { words } from "./words.js";

const EVERY = 20_000; // milliseconds
const SOON = 1_000; // after a decision

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
  if (!pill || !acting.dataset.manyNew || news.waiting === "0") return;
  const name = news.waiting === "1" ? "oneNew" : "manyNew";
  pill.textContent = words(name, { n: news.waiting });
  pill.hidden = false;
}
