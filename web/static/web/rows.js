// Tables of rows that are typed: "Add a row" copies the blank one that the page brings along.
for (const button of document.querySelectorAll("[data-add-row]")) {
  const prefix = button.dataset.addRow;
  const rows = document.querySelector(`[data-rows="${prefix}"]`);
  const total = document.getElementById(`id_${prefix}-TOTAL_FORMS`);
  const most = Number(document.getElementById(`id_${prefix}-MAX_NUM_FORMS`).value);
  const blank = document.getElementById(`${prefix}-row`);
  button.hidden = false;
  button.addEventListener("click", () => {
    const number = Number(total.value);
    if (number >= most) return;
    const row = blank.content.cloneNode(true);
    for (const part of row.querySelectorAll("[name], [id], [for], [aria-describedby]")) {
      for (const name of ["name", "id", "for", "aria-describedby"]) {
        const value = part.getAttribute(name);
        if (value) part.setAttribute(name, value.replace("__prefix__", number));
      }
    }
    rows.append(row);
    total.value = number + 1;
    rows.lastElementChild.querySelector("select, input").focus();
  });
}
