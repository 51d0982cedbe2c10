// The check-in board: htmx asks for news and swaps the lists; here are the keys and the dialog.

import { bindKeys } from "./keys.js";
import { onVisitChanged } from "./panel.js";

onVisitChanged(() => window.htmx.trigger("#board", "news"));
bindKeys();

// The lists are swapped whole: the focus stays with the visit that had it, at its next step or else at its name.
let focused = "";
document.addEventListener("htmx:beforeRequest", () => {
  if (document.activeElement?.closest("#board")) focused = document.activeElement.id;
});
document.addEventListener("htmx:afterSettle", () => {
  if (!focused || document.activeElement !== document.body) return;
  const visit = focused.split("-").at(-1);
  const next = [focused, `next-${visit}`, `name-${visit}`].map((id) => document.getElementById(id)).find(Boolean);
  next?.focus();
  focused = "";
});

for (const form of document.querySelectorAll("form[data-sends-itself]")) {
  form.addEventListener("change", () => form.requestSubmit());
}
