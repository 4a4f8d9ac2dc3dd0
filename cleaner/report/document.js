// Draws one article, as `Article.to_dict()` gives it, into an element. It knows nothing of the page around it:
//     documentView.draw(element, article)
// Everything is put in as text, never as markup, so that nothing of a document can run.
"use strict";

const documentView = (() => {
  const FAMILIES = {
    wall: ["meter", "subscribe", "sign_in"],
    promotion: ["newsletter", "app_promotion", "advertisement"],
    social: ["share", "comments", "print_tools"],
    ways: ["navigation", "related"],
    "small-print": ["credit", "legal", "cookie", "byline_furniture"],
    rest: ["duplicate", "other"],
  };
  const FOLD = 8; // removals in a row that are shown before the others are folded away
  const settings = new WeakMap(); // what a reader has switched, by the element drawn into
  let drawings = 0;

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "on") for (const [event, run] of Object.entries(value)) element.addEventListener(event, run);
      else if (value === true) element.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  }

  const named = (name) => name.replaceAll("_", " ");
  const family = (kind) => Object.keys(FAMILIES).find((name) => FAMILIES[name].includes(kind)) ?? "rest";
  const plural = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
  const WORD = /[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[^\s\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+/g;
  const words = (text) => (text.match(WORD) ?? []).length;

  // --- what stands where ---------------------------------------------------------------------------

  // Kept parts and removals in the order of the source. Headline and dek are no parts of the body: their place is in `found`.
  function inOrder(article) {
    const start = (span) => (span ? span[0] : Infinity);
    const items = [
      ...article.body.map((part) => ({ part, at: part.blocks[0] ?? 0, from: start(part.spans[0]) })),
      ...article.removed.map((cut) => ({ cut, at: cut.block, from: start(cut.span) })),
    ];
    const taken = new Set(items.map((item) => item.at));
    for (const value of article.found) {
      if (!["headline", "dek"].includes(value.field) || value.block === null || taken.has(value.block)) continue;
      taken.add(value.block);
      const part = { text: value.raw, role: value.field, marker: "", in_text: true };
      items.push({ part, at: value.block, from: start(value.span) });
    }
    const before = (a, b) => (a.from === b.from ? (a.cut ? 1 : 0) - (b.cut ? 1 : 0) : a.from < b.from ? -1 : 1);
    return items.sort((a, b) => a.at - b.at || before(a, b));
  }

  const shown = (part) => (part.marker ? `${part.marker}${part.marker === "・" ? "" : " "}${part.text}` : part.text);

  // The options as this article was cleaned with them, as far as its values tell.
  function optionsOf(article) {
    const has = (role) => article.body.some((part) => part.role === role);
    const used = (role) => article.body.some((part) => part.role === role && part.in_text);
    const raw = article.dateline?.raw;
    const first = article.body.find((part) => part.role === "paragraph");
    return {
      headings: { label: "headings", there: has("heading"), on: used("heading") },
      captions: { label: "captions", there: has("caption"), on: used("caption") },
      dek: { label: "dek", there: Boolean(article.dek), on: Boolean(article.dek) && article.paragraphs[0] === article.dek },
      dateline: { label: "dateline", there: Boolean(raw), on: Boolean(raw && first?.text.startsWith(raw)) },
    };
  }

  // The text as it would be with other options: [{text, role, kind}].
  function textWith(article, chosen, below) {
    const lines = chosen.dek && article.dek ? [{ text: article.dek, role: "dek" }] : [];
    let dateline = article.dateline?.raw;
    for (const { part, cut } of inOrder(article)) {
      if (cut) {
        if (cut.score < below) lines.push({ text: cut.text, role: "paragraph", kind: cut.kind });
        continue;
      }
      if (["headline", "dek"].includes(part.role)) continue;
      if (part.role === "heading" && !chosen.headings) continue;
      if (part.role === "caption" && !chosen.captions) continue;
      let text = shown(part);
      if (dateline && part.role === "paragraph") {
        if (text.startsWith(dateline) && !chosen.dateline) text = text.slice(dateline.length).trimStart();
        else if (chosen.dateline && !text.startsWith(dateline)) text = `${dateline} ${text}`;
        dateline = null;
      }
      if (text) lines.push({ text, role: part.role });
    }
    return lines;
  }

  // --- pieces of the page --------------------------------------------------------------------------

  function keptItem(part) {
    const item = make("li", { class: `kept ${part.role}${part.in_text ? "" : " unused"}`, dir: "auto" });
    item.append(make("span", { class: "text" }, shown(part)));
    return item;
  }

  function cutItem(cut, id) {
    const why = make("span", { class: "why", id, role: "tooltip", dir: "ltr" },
      make("b", {}, cut.why), " ",
      make("small", {}, `rule ${cut.rule}, detector ${cut.detector}, score ${cut.score.toFixed(2)}`));
    const item = make("li", { class: "cut", tabindex: "-1", "data-family": family(cut.kind), "aria-describedby": id },
      make("span", { class: "kind" }, named(cut.kind)), make("del", { dir: "auto" }, cut.text), why);
    item.cut = cut;
    return item;
  }

  function tally(cuts) {
    const counts = new Map();
    for (const { kind } of cuts) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1]).map(([kind, count]) => `${named(kind)} ${count}`).join(", ");
  }

  function sourceList(article, prefix) {
    const list = make("ol", { class: "flow" });
    let row = [];
    const flush = () => {
      const fold = row.length > FOLD + 2 ? FOLD / 2 : row.length;
      const items = row.map((cut) => cutItem(cut, `${prefix}why${article.removed.indexOf(cut)}`));
      list.append(...items.slice(0, fold));
      if (fold < row.length) {
        const more = `${plural(row.length - fold, "more removed block")}: ${tally(row.slice(fold))}`;
        const inner = make("ol", { class: "flow" });
        inner.append(...items.slice(fold));
        list.append(make("li", {}, make("details", {}, make("summary", {}, more), inner)));
      }
      row = [];
    };
    for (const { part, cut } of inOrder(article)) {
      if (cut) row.push(cut);
      else { flush(); list.append(keptItem(part)); }
    }
    flush();
    const cuts = () => [...list.querySelectorAll(".cut")].filter((item) => item.offsetParent !== null);
    const first = list.querySelector(".cut");
    if (first) first.tabIndex = 0;
    list.addEventListener("keydown", (event) => {
      if (event.key === "Escape") return list.classList.add("quiet");
      const items = cuts();
      const at = items.indexOf(document.activeElement);
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
      if (at < 0 || to === undefined || !items[to]) return;
      event.preventDefault();
      items[to].focus();
    });
    list.addEventListener("focusin", (event) => {
      list.classList.remove("quiet");
      if (!event.target.matches(".cut")) return;
      for (const item of list.querySelectorAll('.cut[tabindex="0"]')) item.tabIndex = -1;
      event.target.tabIndex = 0;
    });
    list.addEventListener("mouseover", () => list.classList.remove("quiet"));
    return list;
  }

  function metadataTable(article) {
    const place = (value) => {
      if (value.span) return `${value.source}, characters ${value.span[0]}–${value.span[1]}`;
      return value.block === null ? value.source : `${value.source}, block ${value.block}`;
    };
    const rows = article.found.map((value) => make("tr", {},
      make("th", { scope: "row" }, named(value.field)),
      make("td", { dir: "auto" }, value.value,
        value.raw && value.raw !== value.value ? make("div", { class: "raw" }, `written “${value.raw}”`) : null),
      make("td", {}, place(value)), make("td", {}, value.confidence.toFixed(2))));
    const { access } = article;
    const says = [access.kind];
    if (access.remaining !== null) says.push(`${access.remaining} left`);
    if (access.limit_reached) says.push("limit reached");
    if (access.truncated) says.push("text breaks off");
    if (access.declared_free !== null) says.push(access.declared_free ? "declared free" : "declared not free");
    rows.push(make("tr", {}, make("th", { scope: "row" }, "access"), make("td", {}, says.join(", ")),
      make("td", { dir: "auto" }, access.nags.length ? access.nags.join(" / ") : ""), make("td", {}, "")));
    const head = ["field", "value", "found in", "sureness"].map((name) => make("th", { scope: "col" }, name));
    const scroll = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Metadata, with origins" },
      make("table", { "aria-label": "Metadata" }, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows)));
    return make("details", { class: "metadata" }, make("summary", {}, "Metadata, and the place each value came from"), scroll);
  }

  function aboutLine(article) {
    const says = [article.byline ?? article.authors.join(", "), article.site_name, article.published?.slice(0, 10),
      article.language, article.access.kind === "open" ? null : `access: ${article.access.kind}`,
      article.access.truncated ? "text breaks off" : null, `confidence ${article.confidence.toFixed(2)}`];
    const spans = says.filter(Boolean).map((text) => make("bdi", {}, text));
    return make("p", { class: "about" }, ...spans.flatMap((span) => [make("span", {}, span)]));
  }

  // --- the whole -----------------------------------------------------------------------------------

  function draw(element, article) {
    const prefix = `doc${(drawings += 1)}-`;
    const state = settings.get(element) ?? { layout: matchMedia("(max-width: 50rem)").matches ? "source" : "both", below: 0.5, chosen: {} };
    settings.set(element, state);
    const options = optionsOf(article);
    const view = make("div", { class: "document", "data-layout": state.layout });
    const source = sourceList(article, prefix);
    const result = make("div", { class: "flow" });
    const effect = make("p", { class: "effect", role: "status" });
    const plain = textWith(article, Object.fromEntries(Object.entries(options).map(([name, { on }]) => [name, on])), 0);
    const plainWords = plain.reduce((sum, line) => sum + words(line.text), 0);

    function update() {
      const chosen = Object.fromEntries(Object.entries(options).map(([name, { on }]) => [name, state.chosen[name] ?? on]));
      const lines = textWith(article, chosen, state.below);
      result.replaceChildren(...lines.map(({ text, role, kind }) =>
        make("p", { class: kind ? "returned" : role, dir: "auto", "data-family": kind ? family(kind) : null },
          kind ? make("span", { class: "kind" }, `back: ${named(kind)}`) : null, make("span", { class: "text" }, text))));
      for (const item of source.querySelectorAll(".cut")) item.classList.toggle("back", item.cut.score < state.below);
      const total = lines.reduce((sum, line) => sum + words(line.text), 0);
      const back = article.removed.filter((cut) => cut.score < state.below).length;
      const change = total === plainWords ? "as cleaned" : `${total > plainWords ? "+" : "−"}${Math.abs(total - plainWords)} against the text as cleaned`;
      effect.textContent = `${plural(total, "word")} (${change}), ${plural(article.removed.length, "removal")}` +
        (back ? `, ${back} of them back` : "");
      view.dataset.layout = state.layout;
    }

    const layouts = { source: "marked source", both: "side by side", article: "clean text" };
    const radios = Object.entries(layouts).map(([name, label]) => make("label", {},
      make("input", { type: "radio", name: `${prefix}layout`, checked: state.layout === name,
        on: { change: () => { state.layout = name; update(); } } }), label));
    const switches = Object.entries(options).filter(([, { there }]) => there).map(([name, { label, on }]) => make("label", {},
      make("input", { type: "checkbox", name, checked: state.chosen[name] ?? on,
        on: { change: (event) => { state.chosen[name] = event.target.checked; update(); } } }), label));
    const number = make("output", {}, state.below.toFixed(2));
    const slider = make("label", {}, "bring back removals scored below",
      make("input", { type: "range", name: "below", min: "0.5", max: "1", step: "0.01", value: state.below,
        on: { input: (event) => { state.below = Number(event.target.value); number.textContent = state.below.toFixed(2); update(); } } }),
      number);
    view.append(
      make("h2", { dir: "auto" }, article.headline ?? "(no headline)"),
      aboutLine(article),
      make("div", { class: "settings" },
        make("fieldset", {}, make("legend", {}, "Show"), ...radios),
        make("fieldset", {}, make("legend", {}, switches.length ? "What if the text had" : "What if"), ...switches, slider), effect),
      metadataTable(article),
      make("div", { class: "panes" },
        make("section", { class: "source", "aria-label": "Source with what was removed" },
          make("h3", {}, "Source, removed blocks struck"), source),
        make("section", { class: "result", "aria-label": "Clean text" }, make("h3", {}, "Clean text"), result)));
    update();
    element.replaceChildren(view);
  }

  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll(".document details")) details.open = true;
  });

  return { draw, make, named, family, plural, words };
})();
