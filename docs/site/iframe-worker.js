// Browsers have no workers for pages that are opened as files. The search needs one, so a frame takes its place.
if (location.protocol === "file:") {
  window.Worker = window.IFrameWorker = class extends EventTarget {
    constructor(url) {
      super();
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      this.frame.answer = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
      this.ready = new Promise((resolve) => (this.frame.onload = resolve));
      const answer = "<script>postMessage = (data) => frameElement.answer(data)</" + "script>";
      this.frame.srcdoc = answer + `<script src="${url}"></` + "script>";
      document.body.append(this.frame);
    }

    postMessage(data) {
      this.ready.then(() => this.frame.contentWindow.dispatchEvent(new MessageEvent("message", { data })));
    }
  };
}
