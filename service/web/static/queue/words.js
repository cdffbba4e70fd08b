// What is said to the moderator. The sentences come with the page, in its language.

const acting = document.getElementById("acting");
const told = document.getElementById("told");

/** The sentence of this name, with {names} filled in. */
export function words(name, values = {}) {
  return (acting.dataset[name] ?? "").replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

/** Say it to whoever listens instead of looking. */
export function tell(...sentences) {
  told.textContent = "";
  requestAnimationFrame(() => { told.textContent = sentences.filter(Boolean).join(" "); });
}
