// Each plot is drawn from the table behind it, in the page's own colours, light or dark. Without this the tables stand.

const styles = () => getComputedStyle(document.documentElement);
const token = (name) => styles().getPropertyValue(`--${name}`).trim();
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const charts = [];

function datasets(table) {
  const heads = [...table.tHead.rows[0].cells].slice(1);
  const rows = [...table.tBodies[0].rows];
  return heads.flatMap((head, column) => head.dataset.token ? [{
    label: head.textContent,
    backgroundColor: token(head.dataset.token),
    maxBarThickness: 28,
    borderRadius: 3,
    percent: "percent" in head.dataset,
    data: rows.map((row) => {
      const value = row.cells[column + 1].dataset.value;
      return value === "" ? null : Number(value);
    }),
    texts: rows.map((row) => row.cells[column + 1].textContent),
  }] : []);
}

function draw(plot) {
  const table = document.getElementById(plot.dataset.plot);
  const sets = datasets(table);
  const lying = "lying" in table.dataset;
  const stacked = "stacked" in table.dataset;
  const percent = sets.every((set) => set.percent);
  const labels = [...table.tBodies[0].rows].map((row) => row.cells[0].textContent);
  const text = { color: token("ink-soft"), font: { family: styles().getPropertyValue("--font"), size: 12 } };
  const grid = { color: token("line") };
  const values = {
    stacked,
    beginAtZero: true,
    grid,
    border: { display: false },
    ticks: percent ? { ...text, callback: (value) => `${Math.round(value * 100)} %` } : { ...text, precision: 0 },
  };
  const names = { stacked, grid: { display: false }, ticks: { ...text, maxRotation: 0, autoSkip: !lying } };
  if (lying) plot.style.height = `${Math.max(10, 3 + labels.length * 2.2)}rem`;
  plot.hidden = false;
  return new Chart(plot.querySelector("canvas"), {
    type: "bar",
    data: { labels, datasets: sets },
    options: {
      animation: still ? false : { duration: 250 },
      maintainAspectRatio: false,
      indexAxis: lying ? "y" : "x",
      scales: lying ? { x: values, y: names } : { x: names, y: values },
      plugins: {
        legend: { display: sets.length > 1, align: "start", labels: { ...text, boxWidth: 12, boxHeight: 12 } },
        tooltip: { callbacks: { label: (item) => `${item.dataset.label}: ${item.dataset.texts[item.dataIndex]}` } },
      },
    },
  });
}

function drawAll() {
  for (const chart of charts.splice(0)) chart.destroy();
  for (const plot of document.querySelectorAll("[data-plot]")) charts.push(draw(plot));
}

for (const numbers of document.querySelectorAll("[data-fold]")) numbers.open = false;
drawAll();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
