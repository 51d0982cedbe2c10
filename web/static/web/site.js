// What every page shares: announcements, menus that close, forms that are sent once, and the errors that take the focus.

const announcements = document.getElementById("announcements");
const toasts = document.getElementById("toasts");

const { lang } = document.documentElement;
/** How dates are written: in English with the day before the month. */
export const locale = lang === "en" ? "en-GB" : lang;

/** Say `text` to a screen reader, and show it where `kind` is given: a success or a warning for a while, an error until
 * it is closed. */
export function announce(text, kind) {
  announcements.textContent = "";
  requestAnimationFrame(() => { announcements.textContent = text; });
  if (!kind) return null;
  const toast = document.createElement("div");
  const words = document.createElement("p");
  const close = document.createElement("button");
  toast.className = `notice notice-${kind}`;
  words.textContent = text;
  Object.assign(close, { type: "button", className: "btn btn-quiet btn-sm", textContent: document.body.dataset.closeWord });
  close.addEventListener("click", () => {
    toast.remove();
    (document.querySelector("dialog[open]") ?? document.getElementById("main")).focus({ preventScroll: true });
  });
  toast.append(words, close);
  toasts.replaceChildren(toast);
  if (kind !== "error") setTimeout(() => toast.remove(), 8000);
  return toast;
}

let away = null;
/** What asks by itself had no answer. It asks every few seconds: that is told once, until there is one. */
export function unreachable() {
  away ??= announce(document.body.dataset.lost, "error");
}

/** There was an answer. */
export function reached() {
  away?.remove();
  away = null;
}

/** Whether something would be lost if the page were loaded again. */
function hasEntries() {
  // What was typed and refused came back as what the form had to begin with.
  if (document.querySelector(".summary")) return true;
  return [...document.querySelectorAll("form[method=post] :is(input, textarea, select)")].some((field) => (
    field.options ? [...field.options].some((option) => option.selected !== option.defaultSelected)
      : field.matches("[type=checkbox], [type=radio]") ? field.checked !== field.defaultChecked
        : field.value !== field.defaultValue));
}

/** Whoever sent this has been signed out meanwhile. What is typed stays; a page without any asks to sign in. */
export function signedOut({ sent = false } = {}) {
  if (!sent && !hasEntries()) {
    location.reload();
    return;
  }
  if (away?.isConnected && "signedOut" in away.dataset) return;
  away = announce(document.body.dataset.signedOut, "error");
  away.dataset.signedOut = "yes";
  const link = document.createElement("a");
  Object.assign(link, { href: document.body.dataset.signIn, target: "_blank", rel: "noopener", className: "btn btn-primary btn-sm", textContent: document.body.dataset.signInWord });
  away.querySelector("button").before(link);
  away.querySelector("button").addEventListener("click", () => { away = null; });
}

/** Show `dialog` over the page. What is behind it can be neither heard nor pressed: the messages come along. */
export function openDialog(dialog) {
  if (!dialog || dialog.open) return;
  dialog.showModal();
  dialog.append(announcements, toasts);
}
document.addEventListener("close", () => document.body.append(announcements, toasts), true);

/** The token that a request of a session needs: the browser's own, since signing in, in any tab, makes another one. */
export function csrfToken() {
  const kept = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie);
  return kept ? kept[1] : document.querySelector("meta[name=csrf-token]").content;
}

/** Whether a key pressed now is meant for what has the focus, and not for the page. */
export function isTyping(event) {
  return event.ctrlKey || event.metaKey || event.altKey
    || event.target.closest("input, textarea, select, [contenteditable], dialog[open]") !== null;
}

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrfToken();
  // Not by hx-headers: every button within would inherit them, and whoever works with those would look idle.
  if ("asksByItself" in event.detail.elt.dataset) event.detail.headers["X-Asks-By-Itself"] = "yes";
});
const asksByItself = ({ requestConfig }) => "X-Asks-By-Itself" in requestConfig.headers;
document.addEventListener("htmx:sendError", ({ detail }) => {
  if (asksByItself(detail)) unreachable();
  else announce(document.body.dataset.offline, "error");
});
/** Whether the answer is another page: that to sign in, of whoever was signed out meanwhile. */
function isLedAway({ xhr, requestConfig }) {
  return Boolean(xhr.responseURL) && new URL(xhr.responseURL).pathname !== new URL(requestConfig.path, location.href).pathname;
}
document.addEventListener("htmx:afterRequest", ({ detail }) => { if (detail.successful && !isLedAway(detail)) reached(); });
// An answer that refuses carries the form with its errors: it is shown as well. A whole page, of a server that is away,
// would be shown inside of this one.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  // Who was signed out meanwhile is not shown the log-in page inside of another one.
  if (isLedAway(detail)) {
    detail.shouldSwap = false;
    signedOut();
    return;
  }
  const { status, responseText } = detail.xhr;
  if ([400, 409, 412, 422, 429, 503].includes(status) && !/^\s*<!doctype/i.test(responseText)) {
    detail.shouldSwap = true;
    detail.isError = false;
  }
});
document.addEventListener("htmx:responseError", ({ detail }) => {
  if (detail.xhr.status === 401) signedOut({ sent: true });
  else if (asksByItself(detail)) unreachable();
  else announce(document.body.dataset.failed, "error");
});

// In a narrow window each navigation is one row that scrolls: where the visitor is, is in sight.
for (const here of document.querySelectorAll(":is(.mainnav, .tabs) [aria-current]")) {
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
  if (opener) openDialog(document.getElementById(opener.dataset.dialog));
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

// Half a date is sent as none by a browser that is not to judge forms itself. It is said beside the field, and not sent.
function tellUnread(input) {
  const words = document.createElement("div");
  const described = input.getAttribute("aria-describedby");
  words.className = "invalid-feedback";
  words.id = `${input.id}_unread`;
  words.textContent = document.body.dataset.incomplete;
  input.after(words);
  input.classList.add("is-invalid");
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", [described, words.id].filter(Boolean).join(" "));
  input.addEventListener("input", () => {
    words.remove();
    input.classList.remove("is-invalid");
    input.removeAttribute("aria-invalid");
    if (described) input.setAttribute("aria-describedby", described);
    else input.removeAttribute("aria-describedby");
  }, { once: true });
}
document.addEventListener("submit", (event) => {
  const unread = [...event.target.elements].filter((field) => field.validity?.badInput);
  if (!unread.length) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  for (const input of unread) if (!document.getElementById(`${input.id}_unread`)) tellUnread(input);
  unread[0].focus();
}, true);

// A form is sent once: the button waits, and says so.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (form.method === "post" && !form.matches("[hx-post]")) {
    if (form.elements.csrfmiddlewaretoken) form.elements.csrfmiddlewaretoken.value = csrfToken();
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
  }
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
