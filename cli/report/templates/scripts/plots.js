// Interactive plots: Vega and the figures are unpacked once, a plot is drawn when it comes near the view, over its static picture.
const views = new Map(); // element of a plot -> its view
const settings = { mode: "vega", renderer: "svg", actions: false, defaultStyle: false, tooltip: false };
let unpacked = null;

function unpack(id) {
  const bytes = Uint8Array.from(atob(document.getElementById(id).textContent), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
}

function loaded() {
  unpacked ??= Promise.all([unpack("library"), unpack("plots")]).then(([code, plots]) => {
    const script = document.createElement("script");
    script.textContent = code;
    document.head.append(script);
    return JSON.parse(plots);
  });
  return unpacked;
}

async function drawPlot(figure) {
  const plots = await loaded();
  const element = document.createElement("div");
  element.className = "plot";
  figure.querySelector(".drawing").prepend(element);
  figure.classList.add("live");
  try {
    const { view } = await vegaEmbed(element, { ...plots[figure.dataset.plot], width: element.clientWidth }, settings);
    views.set(element, view);
  } catch (error) {
    element.remove(); // the static picture stays
    figure.classList.remove("live");
    throw error;
  }
  resized.observe(element);
  hideIn(views.get(element));
  views.get(element).addEventListener("click", (event, item) => {
    const key = /^legend-(.+)-/.exec(item?.mark.name)?.[1];
    if (key) showSeries(key, hiddenSeries.has(key));
  });
}

function hideIn(view) {
  view.signal("hidden", [...hiddenSeries]).runAsync();
}

const resized = new ResizeObserver((entries) => {
  for (const { target } of entries.filter((each) => each.target.clientWidth)) {
    views.get(target).signal("width", target.clientWidth).runAsync();
  }
});

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
  document.addEventListener("serieschange", () => {
    for (const view of views.values()) hideIn(view);
  });
}
