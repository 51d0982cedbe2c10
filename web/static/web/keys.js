// Single keys: those that buttons and links bear (data-key), and those that a page adds. They can be switched off.

import { isTyping } from "./site.js";

const REMEMBERED = "single-keys";

/** Let `data-key="n"` of a link or button answer to that key, and the functions of `more` to theirs. */
export function bindKeys(more = {}) {
  const box = document.getElementById("single-keys");
  if (box) {
    box.checked = localStorage.getItem(REMEMBERED) !== "off";
    box.addEventListener("change", () => localStorage.setItem(REMEMBERED, box.checked ? "on" : "off"));
  }
  document.addEventListener("keydown", (event) => {
    if (isTyping(event) || document.querySelector("dialog[open]") || localStorage.getItem(REMEMBERED) === "off") return;
    if (event.key === "Enter" || event.key === " ") return;
    const marked = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (marked) {
      event.preventDefault();
      marked.click();
    } else if (more[event.key]) {
      event.preventDefault();
      more[event.key]();
    }
  });
}
