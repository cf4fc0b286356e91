// What works with scripts alone is shown by them.
for (const part of document.querySelectorAll("[data-script]")) part.hidden = false;

// Light, dark, or as the system says; plots listen to "themechange" to take their colours again.
const theme = document.getElementById("theme");
theme.addEventListener("change", () => {
  if (theme.value) document.documentElement.dataset.theme = theme.value;
  else delete document.documentElement.dataset.theme;
  document.dispatchEvent(new Event("themechange"));
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new Event("themechange")));
