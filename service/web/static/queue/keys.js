// Keys. The help sheet is the table: what it says is what happens.

const PAUSE = 1_500; // milliseconds between the two letters of one key

/** Do `actions[name](event)` for each row of the sheet whose keys are typed. */
export function listen(sheet, actions) {
  const names = tableOf(sheet);
  const firsts = new Set([...names.keys()].filter((key) => key.includes(" ")).map((key) => key[0]));
  let first = "";
  let firstAt = 0;
  document.addEventListener("keydown", (event) => {
    if (isNotForUs(event)) return;
    const key = event.ctrlKey || event.metaKey ? `Ctrl+${event.key}` : event.key;
    const typed = first && event.timeStamp - firstAt < PAUSE ? `${first} ${key}` : key;
    first = firsts.has(typed) ? typed : "";
    firstAt = event.timeStamp;
    const name = names.get(typed);
    if (!name || (event.repeat && name !== "next" && name !== "previous")) return;
    if (actions[name]?.(event) !== false) event.preventDefault();
  });
}

function tableOf(sheet) {
  const rows = [...sheet.querySelectorAll("[data-keys]")];
  return new Map(
    rows.flatMap((row) => row.dataset.keys.split(",").map((key) => [key, row.dataset.does])),
  );
}

function isNotForUs(event) {
  if (event.defaultPrevented || event.isComposing) return true;
  if (event.altKey) return true;
  if (event.shiftKey && /^[a-z]$/i.test(event.key)) return true; // signs such as ? may need Shift
  if (document.querySelector("dialog[open]")) return true;
  return event.target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]");
}
