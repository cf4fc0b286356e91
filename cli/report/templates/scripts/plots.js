// Interactive plots: the library is unpacked once, a plot is drawn when it comes near the view, over its static picture.
const plots = JSON.parse(document.getElementById("plots").textContent);
const drawnPlots = new Map(); // element of a plot -> its key and layout
const narrowPage = matchMedia("(max-width: 40rem)");
let libraryLoading = null;

// Nothing of a plot leaves the page: the library's button that sends it to a server is off, and has no address.
const settings = {
  responsive: true,
  displaylogo: false,
  showSendToCloud: false,
  plotlyServerURL: "",
  typesetMath: false,
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
};

function loadLibrary() {
  libraryLoading ??= unpack(document.getElementById("library").textContent).then((code) => {
    const script = document.createElement("script");
    script.textContent = code;
    document.head.append(script);
  });
  return libraryLoading;
}

function unpack(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

// A copy in which colours named by CSS variables are those of the present theme. Only colours are looked at: texts are data.
function coloured(value, name, style) {
  if (Array.isArray(value)) return value.map((each) => coloured(each, name, style));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, coloured(inner, key, style)]));
  }
  const variable = /color$/.test(name) && typeof value === "string" && /^var\((--[a-z0-9-]+)\)$/.exec(value);
  return variable ? style.getPropertyValue(variable[1]).trim() : value;
}

function themed(layout, style) {
  const colour = (name) => style.getPropertyValue(name).trim();
  const axis = { linecolor: colour("--muted"), gridcolor: colour("--faint"), tickcolor: colour("--muted"), showline: true, color: colour("--muted") };
  const found = { ...layout, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", autosize: true, uirevision: "kept" };
  found.font = { family: style.fontFamily, size: 12, color: colour("--ink") };
  found.hoverlabel = { bgcolor: colour("--card"), bordercolor: colour("--muted"), font: { color: colour("--ink") }, namelength: -1 };
  found.modebar = { bgcolor: "rgba(0,0,0,0)", color: colour("--muted"), activecolor: colour("--ink") };
  for (const key of Object.keys(found).filter((name) => /^[xy]axis\d*$/.test(name))) found[key] = { ...found[key], ...axis };
  return found;
}

function update(element) {
  const { key, layout } = drawnPlots.get(element);
  const style = getComputedStyle(document.documentElement);
  const body = getComputedStyle(document.body);
  const traces = coloured(plots[key].traces, "", style).map((trace) => (hiddenSeries.has(trace.meta) ? { ...trace, visible: "legendonly" } : trace));
  const drawn = themed(coloured(plots[key][layout], "", style), { getPropertyValue: (name) => style.getPropertyValue(name), fontFamily: body.fontFamily });
  return Plotly.react(element, traces, drawn, { ...settings, toImageButtonOptions: { format: "svg", filename: key } });
}

function legendClicked(event) {
  const { meta: key, legend } = event.data[event.curveNumber];
  if (legend || !key || !document.querySelector(`input[data-toggles="${key}"]`)) return true;
  showSeries(key, hiddenSeries.has(key));
  return false;
}

async function drawPlot(figure) {
  await loadLibrary();
  const key = figure.dataset.plot;
  const element = document.createElement("div");
  const drawing = figure.querySelector(".drawing > svg");
  element.className = "plot";
  element.setAttribute("role", "group");
  element.setAttribute("aria-label", `Interactive plot: ${drawing.querySelector("title").textContent}. ${drawing.querySelector("desc").textContent}`);
  figure.querySelector(".drawing").prepend(element);
  figure.classList.add("live");
  drawnPlots.set(element, { key, layout: narrowPage.matches ? "narrow" : "wide" });
  try {
    await update(element);
  } catch (error) {
    drawnPlots.delete(element); // the static picture stays
    element.remove();
    figure.classList.remove("live");
    throw error;
  }
  element.on("plotly_legendclick", legendClicked);
  element.on("plotly_legenddoubleclick", () => false);
}

function updateAll() {
  for (const element of drawnPlots.keys()) update(element);
}

if (typeof DecompressionStream === "function" && typeof IntersectionObserver === "function") {
  const seen = new IntersectionObserver(
    (entries) => {
      for (const entry of entries.filter((each) => each.isIntersecting)) {
        seen.unobserve(entry.target);
        drawPlot(entry.target);
      }
    },
    { rootMargin: "400px" },
  );
  for (const figure of document.querySelectorAll("figure[data-plot]")) seen.observe(figure);
  document.addEventListener("themechange", updateAll);
  document.addEventListener("serieschange", updateAll);
  narrowPage.addEventListener("change", () => {
    for (const place of drawnPlots.values()) place.layout = narrowPage.matches ? "narrow" : "wide";
    updateAll();
  });
}
