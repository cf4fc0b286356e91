// The static picture of a figure as a file, for papers: in light colours, whatever the page has.
function standalone(drawing) {
  const copy = drawing.cloneNode(true);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("xmlns:xlink", "http://www.w3.org/1999/xlink");
  const light = {{ light_colours }};
  const colours = new XMLSerializer().serializeToString(copy);
  const plain = colours.replace(/var\(--([a-z0-9-]+)\)/g, (whole, name) => light[name] || whole);
  return plain.replace(/<svg /, '<svg font-family="Helvetica, Arial, sans-serif" ');
}

for (const link of document.querySelectorAll("a.static")) {
  link.addEventListener("click", () => {
    const drawing = link.closest("figure").querySelector(".drawing > svg");
    const address = URL.createObjectURL(new Blob([standalone(drawing)], { type: "image/svg+xml" }));
    link.href = address;
    setTimeout(() => URL.revokeObjectURL(address), 60000);
  });
}
