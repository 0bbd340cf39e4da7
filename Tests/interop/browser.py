"""Headless Chromium, spoken to over a pipe: what a page logs, requests and looks like."""

import json
import os
import shutil
import subprocess
import time

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PROGRAM = next((path for path in map(shutil.which, NAMES) if path), None)

# Boxes of all texts of each picture, in CSS pixels, with what belongs to the picture, and words of
# tables that are broken.
LAYOUT = """(() => {
  const pictures = [...document.querySelectorAll("svg")].map(svg => {
    const box = element => {
      const {left, top, right, bottom} = element.getBoundingClientRect();
      return {left, top, right, bottom, words: element.textContent};
    };
    const text = [...svg.querySelectorAll("text")];
    return {
      name: svg.closest("figure")?.id ?? "", frame: box(svg), texts: text.map(box),
      scale: svg.getBoundingClientRect().width / svg.viewBox.baseVal.width,
      size: Math.min(...text.map(t => parseFloat(getComputedStyle(t).fontSize)))};
  });
  // Plain words of cells that stand on more than one line.
  const broken = [];
  for (const cell of document.querySelectorAll("th, td")) {
    const node = cell.firstChild;
    for (const {0: word, index} of node?.data?.matchAll(/\\S+/g) ?? []) {
      if (word.length > 14 || !/^[A-Za-z0-9_.]+$/.test(word)) continue;
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const lines = new Set([...range.getClientRects()].map(box => Math.round(box.top)));
      if (lines.size > 1) broken.push(word);
    }
  }
  const root = document.documentElement;
  return JSON.stringify({
    width: root.clientWidth, content: root.scrollWidth, pictures, broken,
    background: getComputedStyle(document.body).backgroundColor,
    ink: getComputedStyle(document.body).color});
})()"""


class Browser:
    """One page at a time; leave the `with` to end the browser."""

    def __init__(self, profile):
        command_in, self._commands = os.pipe()
        self._answers, answer_out = os.pipe()

        def connect():
            # High numbers first, so that neither end is closed by the other's place.
            high = [os.dup2(end, 100 + place) for place, end in enumerate((command_in, answer_out))]
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        self._process = subprocess.Popen(
            [PROGRAM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--remote-debugging-pipe", "--hide-scrollbars", f"--user-data-dir={profile}"],
            preexec_fn=connect, close_fds=False, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(command_in)
        os.close(answer_out)
        self._pending, self._number = b"", 0
        self.events = []
        target = self._send("Target.createTarget", {"url": "about:blank"})["targetId"]
        self._session = self._send(
            "Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._send(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        os.close(self._commands)
        os.close(self._answers)

    def _send(self, method, parameters=None):
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters or {}}
        if hasattr(self, "_session"):
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]
            self.events.append(answer)

    def _next(self):
        while b"\0" not in self._pending:
            part = os.read(self._answers, 1 << 16)
            assert part, "the browser has ended"
            self._pending += part
        message, _, self._pending = self._pending.partition(b"\0")
        return json.loads(message)

    def evaluate(self, expression):
        return self._send(
            "Runtime.evaluate", {"expression": expression, "returnByValue": True}
        )["result"].get("value")

    def open(self, path, width=1280, dark=False, medium="screen"):
        """The layout of the page at `path`, and what went wrong on the way."""
        self.events = []
        self._send("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500})
        self._send("Emulation.setEmulatedMedia", {"media": medium, "features": [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
        self._send("Page.navigate", {"url": path.resolve().as_uri()})
        deadline = time.monotonic() + 30
        while self.evaluate("document.readyState") != "complete":
            assert time.monotonic() < deadline, "the page does not load"
            time.sleep(0.05)
        return json.loads(self.evaluate(LAYOUT))

    @property
    def complaints(self):
        """Console messages, exceptions, and requests of anything but the page itself."""
        found = []
        for event in self.events:
            method, parameters = event.get("method"), event.get("params", {})
            if method in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"):
                found.append(json.dumps(parameters)[:300])
            if method == "Network.requestWillBeSent":
                address = parameters["request"]["url"]
                if parameters.get("type") != "Document" and not address.startswith("data:"):
                    found.append(address)
        return found


def overlaps(picture, tolerance=1.0):
    """Pairs of texts of a picture that cover each other, and texts outside its frame."""
    texts, frame = picture["texts"], picture["frame"]
    found = []
    for place, first in enumerate(texts):
        for second in texts[place + 1:]:
            width = min(first["right"], second["right"]) - max(first["left"], second["left"])
            height = min(first["bottom"], second["bottom"]) - max(first["top"], second["top"])
            if width > tolerance and height > tolerance:
                found.append((first["words"], second["words"]))
        if (first["left"] < frame["left"] - tolerance or first["right"] > frame["right"] + tolerance
                or first["top"] < frame["top"] - tolerance
                or first["bottom"] > frame["bottom"] + tolerance):
            found.append((first["words"], "the frame"))
    return found
