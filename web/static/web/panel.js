// The dialog in which one visit is shown, moved or booked, over whatever page is behind it.

import { announce, openDialog } from "./site.js";
import { enhanceDoctors } from "./doctors.js";
import { enhanceBooking } from "./quick.js";

const panel = document.getElementById("panel");
const body = document.getElementById("panel-body");
let opener = "";

/** Show what `url` answers in the dialog. */
export async function openPanel(url) {
  opener = document.activeElement?.id ?? "";
  await window.htmx.ajax("GET", url, { target: body, swap: "innerHTML" });
  if (!body.hasChildNodes()) return;
  openDialog(panel);
  (panel.querySelector("[autofocus]") ?? panel).focus();
}

/** Call `then` when something was done in the dialog, or on the page by htmx. */
export function onVisitChanged(then) {
  document.body.addEventListener("visit-changed", ({ detail }) => {
    announce(detail.text, detail.quiet ? "" : "success");
    if (detail.close) panel.close();
    then();
  });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-panel]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    openPanel(link.href);
  }
  const filling = event.target.closest("[data-fill]");
  if (!filling) return;
  const form = filling.closest("form");
  for (const [name, value] of Object.entries(JSON.parse(filling.dataset.fill))) {
    if (form.elements[name]) form.elements[name].value = value;
  }
  form.querySelector("[type=submit]").focus();
});
/** The browser gives the focus back to what had it; where that was drawn anew meanwhile, to what stands for it now. */
function returnFocus() {
  if (!opener || document.activeElement !== document.body) return;
  const visit = opener.split("-").at(-1);
  const known = [opener, `name-${visit}`, `row-${visit}`, "main"];
  known.map((id) => document.getElementById(id)).find(Boolean).focus();
}

panel.addEventListener("close", () => {
  body.replaceChildren();
  returnFocus();
});
document.addEventListener("htmx:afterSettle", () => {
  enhanceBooking(body);
  enhanceDoctors(body);
});
