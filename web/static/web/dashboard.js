// Each plot is drawn from the table behind it, in the page's own colours, light or dark. Without this the tables stand.

const styles = () => getComputedStyle(document.documentElement);
const token = (name) => styles().getPropertyValue(`--${name}`).trim();
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const paper = matchMedia("print");
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

/** What is written at the end of each bar, or of the bars that are stacked: people read it without a pointer. */
const ends = {
  id: "ends",
  afterDatasetsDraw(chart, _, { texts, colour, lying }) {
    if (!texts) return;
    const { ctx } = chart;
    ctx.save();
    Object.assign(ctx, { fillStyle: colour, font: `12px ${token("font")}` });
    Object.assign(ctx, lying ? { textBaseline: "middle", textAlign: "start" } : { textBaseline: "bottom", textAlign: "center" });
    const room = lying ? Infinity : chart.chartArea.width / texts.length - 6;
    if (texts.some((text) => ctx.measureText(text).width > room)) texts = [];
    texts.forEach((text, index) => {
      const bars = chart.getSortedVisibleDatasetMetas().map((meta) => meta.data[index]);
      const [x, y] = [Math.max(...bars.map((bar) => bar.x)), Math.min(...bars.map((bar) => bar.y))];
      if (Number.isFinite(x) && Number.isFinite(y)) ctx.fillText(text, lying ? x + 6 : x, lying ? y : y - 4);
    });
    ctx.restore();
  },
};

/** A long name in lines, beside its bar; the whole of it is in the table. */
function inLines(name, most) {
  const lines = [""];
  for (const word of name.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (longer.length <= most || !lines.at(-1)) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.length > 3 ? [...lines.slice(0, 2), `${lines[2]}…`] : lines;
}

function told(table) {
  const column = [...table.tHead.rows[0].cells].findIndex((head) => "told" in head.dataset);
  return column < 0 ? null : [...table.tBodies[0].rows].map((row) => row.cells[column].textContent);
}

function draw(plot) {
  const table = document.getElementById(plot.dataset.plot);
  const sets = datasets(table);
  const lying = "lying" in table.dataset;
  const stacked = "stacked" in table.dataset;
  const texts = told(table);
  const percent = sets.every((set) => set.percent);
  const heads = [...table.tBodies[0].rows].map((row) => row.cells[0].textContent);
  plot.hidden = false;
  const labels = lying ? heads.map((head) => inLines(head, plot.clientWidth < 480 ? 16 : 28)) : heads;
  const text = { color: token("ink-soft"), font: { family: styles().getPropertyValue("--font"), size: 12 } };
  const grid = { color: token("line") };
  const values = {
    stacked,
    beginAtZero: true,
    suggestedMax: percent ? 1 : undefined, // the whole of the open time
    grid,
    border: { display: false },
    ticks: percent ? { ...text, callback: (value) => `${Math.round(value * 100)} %` } : { ...text, precision: 0 },
  };
  const names = { stacked, grid: { display: false }, ticks: { ...text, maxRotation: 0, autoSkip: !lying } };
  const row = lying ? 1.2 + Math.max(...labels.map((lines) => lines.length)) : 0;
  if (lying) plot.style.height = `${Math.max(10, 3 + labels.length * row)}rem`;
  return new Chart(plot.querySelector("canvas"), {
    type: "bar",
    plugins: [ends],
    data: { labels, datasets: sets },
    options: {
      animation: still || paper.matches ? false : { duration: 250 },
      maintainAspectRatio: false,
      layout: { padding: !texts ? 0 : lying ? { right: 48 } : { top: 20 } },
      indexAxis: lying ? "y" : "x",
      scales: lying ? { x: values, y: names } : { x: names, y: values },
      plugins: {
        ends: { texts, colour: token("ink-soft"), lying },
        legend: { display: sets.length > 1, align: "start", labels: { ...text, boxWidth: 12, boxHeight: 12 } },
        tooltip: { callbacks: { title: ([item]) => heads[item.dataIndex], label: (item) => `${item.dataset.label}: ${item.dataset.texts[item.dataIndex]}` } },
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
// Paper is narrower, and white.
paper.addEventListener("change", drawAll);
