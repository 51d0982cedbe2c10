// The combobox of the ARIA patterns: a text field with a list of options, of which the first is taken by Enter.

import { announce } from "./site.js";

/**
 * `find(text)` gives the options as <li role=option data-value> elements, or a promise of them; `choose(option)` is told
 * of the one that is taken. An Enter that comes before the options do waits for them. Where `find` gives none, `none` is
 * said; not where it gives null, since then nobody knows.
 */
export function combobox(input, list, { find, choose, delay = 0, openOnFocus = false, none = "" }) {
  let active = -1;
  let asked = 0;
  let timer = null;
  let waiting = false;
  let pending = false;

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  list.setAttribute("role", "listbox");
  if (!list.hasAttribute("aria-label")) list.setAttribute("aria-label", input.labels[0]?.textContent ?? "");

  const options = () => [...list.querySelectorAll("[role=option]:not([aria-disabled])")];

  function show(open) {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (!open) input.removeAttribute("aria-activedescendant");
  }

  function mark(index) {
    const all = options();
    active = all.length ? (index + all.length) % all.length : -1;
    all.forEach((option, number) => option.setAttribute("aria-selected", String(number === active)));
    if (active < 0) return;
    input.setAttribute("aria-activedescendant", all[active].id);
    all[active].scrollIntoView({ block: "nearest" });
  }

  function tellNone() {
    const told = Object.assign(document.createElement("li"), { textContent: none });
    told.setAttribute("role", "option");
    told.setAttribute("aria-disabled", "true");
    list.append(told);
    announce(none);
  }

  function take(option, byKey) {
    clearTimeout(timer);
    asked += 1;
    pending = waiting = false;
    show(false);
    choose(option, byKey);
  }

  async function look() {
    clearTimeout(timer);
    const ticket = asked += 1;
    const found = await find(input.value.trim());
    if (ticket !== asked) return;
    pending = false;
    list.replaceChildren(...(found ?? []));
    if (none && input.value.trim() && found?.length === 0) tellNone();
    show(list.hasChildNodes());
    mark(0);
    if (waiting && options().length) take(options()[0], true);
    waiting = false;
  }

  input.addEventListener("input", () => {
    pending = true;
    clearTimeout(timer);
    if (delay) timer = setTimeout(look, delay); else look();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) look(); else mark(active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (pending) { waiting = true; look(); } else if (!list.hidden && active >= 0) take(options()[active], true);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      show(false);
    }
  });
  input.addEventListener("blur", () => show(false));
  if (openOnFocus) input.addEventListener("focus", look);
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]:not([aria-disabled])");
    if (option) take(option, false);
  });
  // Somebody was faster than this script, and nobody has heard what they typed.
  if (document.activeElement === input && input.value !== input.defaultValue) {
    pending = true;
    look();
  }
}
