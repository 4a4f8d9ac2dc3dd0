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

  // The article of an earlier source must not stand beside what is wrong with this one.
  const refuse = (text) => {
    article.replaceChildren();
    say(text, true);
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
      if (!answer.ok) return refuse(found.todo ? `${found.error} (${found.todo})` : found.error);
      documentView.draw(article, found, { same: true });
      say(`${documentView.plural(found.paragraphs.length, "paragraph")} kept, ${documentView.plural(found.removed.length, "piece")} removed.`);
    } catch (error) {
      if (error.name !== "AbortError") refuse(`The service does not answer: ${error.message}`);
    }
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(clean, PAUSE);
  }

  // As the mark at their start says; else as UTF-8, if they are; else as the page names it; else as Western text.
  function decoded(bytes) {
    if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
    if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
    const head = new TextDecoder("windows-1252").decode(bytes.subarray(0, 4096));
    const named = /<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)/i.exec(head)?.[1] ?? "windows-1252";
    for (const [charset, fatal] of [["utf-8", true], [named, false]]) {
      try {
        return new TextDecoder(charset, { fatal }).decode(bytes);
      } catch { /* not UTF-8, or a charset of no such name */ }
    }
    return new TextDecoder("windows-1252").decode(bytes);
  }

  async function take(taken) {
    if (!taken) return;
    source.value = decoded(new Uint8Array(await taken.arrayBuffer()));
    kind.value = /\.html?$/i.test(taken.name) ? "html" : "";
    clean();
  }

  source.addEventListener("input", later);
  kind.addEventListener("change", clean);
  file.addEventListener("change", () => take(file.files[0]));
  // A file is taken wherever it is dropped: the browser would open it, and the text would be gone.
  for (const name of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      if (!event.dataTransfer.types.includes("Files")) return; // a selected text goes where it is dropped
      event.preventDefault();
      source.classList.toggle("over", name === "dragover");
      if (name === "drop") take(event.dataTransfer.files[0]);
    });
  }
})();
