// Cleans what is typed, pasted or dropped, and draws the article. The last request counts: answers to earlier ones are let go.
"use strict";

(() => {
  const [source, kind, file, status, article] = ["source", "kind", "file", "status", "article"].map((id) => document.getElementById(id));
  const PAUSE = 250; // milliseconds without a key
  let timer = 0;
  let asked = new AbortController();

  const say = (text, error = false) => {
    status.textContent = text;
    status.classList.toggle("error", error);
  };

  const isMarkup = (text) => /^\s*(?:<!doctype|<html|<\?xml|<(?:head|body|article|div|p|h1|main|section)\b)/i.test(text);

  async function clean() {
    asked.abort();
    asked = new AbortController();
    const text = source.value;
    if (!text.trim()) {
      article.replaceChildren();
      return say("Nothing to clean yet.");
    }
    say("Cleaning …");
    const body = JSON.stringify({ [kind.value || (isMarkup(text) ? "html" : "text")]: text });
    try {
      const headers = { "content-type": "application/json" };
      const answer = await fetch("clean", { method: "POST", headers, body, signal: asked.signal });
      const found = await answer.json();
      if (!answer.ok) return say(found.todo ? `${found.error} (${found.todo})` : found.error, true);
      documentView.draw(article, found);
      say(`${documentView.plural(found.paragraphs.length, "paragraph")} kept, ${documentView.plural(found.removed.length, "piece")} removed.`);
    } catch (error) {
      if (error.name !== "AbortError") say(`The service does not answer: ${error.message}`, true);
    }
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(clean, PAUSE);
  }

  async function take(taken) {
    if (!taken) return;
    source.value = await taken.text();
    kind.value = /\.html?$/i.test(taken.name) ? "html" : "";
    clean();
  }

  source.addEventListener("input", later);
  kind.addEventListener("change", clean);
  file.addEventListener("change", () => take(file.files[0]));
  for (const name of ["dragover", "dragleave", "drop"]) {
    source.addEventListener(name, (event) => {
      event.preventDefault();
      source.classList.toggle("over", name === "dragover");
      if (name === "drop") take(event.dataTransfer.files[0]);
    });
  }
})();
