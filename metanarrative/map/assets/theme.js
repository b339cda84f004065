"use strict";
/* The one script of pages that are read only: light or dark. */
(() => {
  const root = document.documentElement;
  document.getElementById("theme").addEventListener("click", () => {
    const chosen = root.getAttribute("data-theme");
    const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.setAttribute("data-theme", dark ? "light" : "dark");
  });
  root.setAttribute("data-ready", "1");
})();
