// A chart in a notebook: the picture, a button over each mark, the rows behind the chosen one.
// Picture and sentences come from Python, every text in them escaped; nothing is fetched.

function render({ model, el }) {
  const make = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };
  const style = make("style", {}, model.get("looks"));
  const picture = make("img", { src: model.get("picture"), alt: model.get("about") });
  const chart = make(
    "div",
    { class: "oa-chart", role: "group", "aria-label": `${model.get("about")}: choose a mark` },
    picture
  );
  chart.style.width = `${model.get("width")}px`;
  const sentences = make("div", { class: "oa-sentences", role: "status", "aria-live": "polite" });
  const buttons = model.get("marks").map(([x, y, about], number) => {
    const button = make("button", { type: "button", class: "oa-dot", title: about, "aria-label": about });
    button.style.left = `${100 * x}%`;
    button.style.top = `${100 * y}%`;
    button.addEventListener("click", () => {
      model.set("chosen", number);
      model.save_changes();
    });
    // Arrows go from mark to mark; the notebook has keys of its own.
    button.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
      if (step) {
        event.preventDefault();
        buttons[(number + step + buttons.length) % buttons.length].focus();
      }
      event.stopPropagation();
    });
    return button;
  });
  chart.append(...buttons);
  const hint = make("p", { class: "oa-hint" }, `Choose a mark (click, or Tab and Enter; arrows go on) for what is behind it. ${model.get("kept")}`);
  el.replaceChildren(style, chart, hint, sentences);

  const point = () =>
    buttons.forEach((button, number) =>
      button.setAttribute("aria-pressed", String(number === model.get("chosen")))
    );
  const tell = () => { sentences.innerHTML = model.get("sentences"); };
  model.on("change:chosen", point);
  model.on("change:sentences", tell);
  point();
  tell();
}

export default { render };
