// Commands by name: type a part of it, Enter does the first one found.

const dialog = document.getElementById("palette");
const field = dialog.querySelector("input");
const list = dialog.querySelector("ul");

/** Offer the visible rows of the sheet; `run(name)` does the chosen one, with the dialog gone. */
export function prepare(sheet, run) {
  for (const row of sheet.querySelectorAll("[data-does]:not([hidden], [data-does=palette])")) {
    list.append(offer(row, run));
  }
  field.addEventListener("input", narrow);
  dialog.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) move(by);
    else if (event.key === "Enter" && event.target === field) shown()[0]?.click();
    else return;
    event.preventDefault();
  });
}

/** Show it, with nothing typed. */
export function open() {
  field.value = "";
  narrow();
  dialog.showModal();
}

function offer(row, run) {
  const [keys, words] = row.cells;
  const button = document.createElement("button");
  button.className = "plain";
  button.append(words.textContent, document.createElement("span"));
  button.lastChild.append(...keys.cloneNode(true).childNodes);
  button.addEventListener("click", () => {
    dialog.close(); // the focus goes back to where it was
    run(row.dataset.does);
  });
  const item = document.createElement("li");
  item.append(button);
  return item;
}

function narrow() {
  const typed = field.value.trim().toLowerCase();
  for (const item of list.children) {
    item.hidden = !item.textContent.toLowerCase().includes(typed);
  }
}

const shown = () => [...list.querySelectorAll("li:not([hidden]) button")];

function move(by) {
  const stops = [field, ...shown()];
  const here = stops.indexOf(document.activeElement);
  stops[(here + by + stops.length) % stops.length].focus();
}
