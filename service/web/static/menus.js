// Menus close as menus do: by Escape, by a click beside them, when the focus goes elsewhere.

const shut = (menu) => { menu.open = false; };
const open = () => [...document.querySelectorAll(".menu[open]")];

document.addEventListener("click", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) shut(menu);
});

document.addEventListener("focusin", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) shut(menu);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open()) {
    const hadFocus = menu.contains(document.activeElement);
    shut(menu);
    if (hadFocus) menu.querySelector("summary").focus();
  }
});
