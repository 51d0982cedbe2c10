// What every page shares: announcements, menus that close, forms that are sent once, and the errors that take the focus.

const announcements = document.getElementById("announcements");
const toasts = document.getElementById("toasts");

/** Say `text` to a screen reader, and show it for a while where `kind` is given (success, warning, error). */
export function announce(text, kind) {
  announcements.textContent = "";
  requestAnimationFrame(() => { announcements.textContent = text; });
  if (!kind) return;
  const toast = document.createElement("p");
  toast.className = `notice notice-${kind}`;
  toast.textContent = text;
  toasts.replaceChildren(toast);
  if (kind !== "error") setTimeout(() => toast.remove(), 8000);
}

/** The token that a request of a session needs, from the page's own head. */
export function csrfToken() {
  return document.querySelector("meta[name=csrf-token]").content;
}

/** Whether a key pressed now is meant for what has the focus, and not for the page. */
export function isTyping(event) {
  return event.ctrlKey || event.metaKey || event.altKey
    || event.target.closest("input, textarea, select, [contenteditable], dialog[open]") !== null;
}

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrfToken();
});
document.addEventListener("htmx:sendError", () => {
  announce(document.body.dataset.offline, "error");
});
// An answer that refuses carries the form with its errors: it is shown as well.
document.addEventListener("htmx:beforeSwap", (event) => {
  if ([400, 409, 412, 422].includes(event.detail.xhr.status)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

// In a narrow window the navigation is one row that scrolls: where the visitor is, is in sight.
const here = document.querySelector(".mainnav [aria-current]");
if (here) {
  const row = here.closest("nav");
  row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
}

function focusSummary(root) {
  const summary = root.querySelector?.(".summary");
  if (summary) summary.focus();
}
document.addEventListener("htmx:afterSettle", (event) => focusSummary(event.detail.elt));
focusSummary(document);

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const opener = event.target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
  if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A form is sent once: the button waits, and says so.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (form.method === "post" && !form.matches("[hx-post]")) {
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
  }
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
