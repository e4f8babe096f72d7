"""Somebody at the pages of therapy and the programme: they open a form, fill in what they know, and send it."""

import html
import re


class CareDesk:
    """A member of staff at the pages of one patient."""

    def __init__(self, at_desk, name, patient, of):
        self.browser, self.of = at_desk(name), of
        self.base = f"/clinic/{patient.clinic.slug}/patients/{patient.number}/"

    def page(self, address=""):
        """The text of the page of therapy or the programme, or of another page of the patient."""
        answer = self.browser.get(f"{self.base}{address or self.of + '/'}")
        assert answer.status_code == 200, answer.status_code
        return html.unescape(answer.content.decode())

    def send(self, step, query="", **told):
        """Opens the form of a step and sends it with what stands in it already and what is told; gives the answer."""
        address = f"{self.base}{self.of}/{step}/{query}"
        page = self.browser.get(address)
        assert page.status_code == 200, page.status_code
        return self.browser.post(address, {**filled_in(page.content.decode()), **told})

    def done(self, step, query="", **told):
        """As `send`, and it was recorded."""
        answer = self.send(step, query, **told)
        assert answer.status_code == 302, errors_of(answer)


def filled_in(page):
    """What the fields of the form on a page hold as it is opened."""
    form = page[page.index('class="form"') :]
    texts = re.findall(r'<textarea name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL)
    fields = {name: html.unescape(text).strip() for name, text in texts}
    for tag in re.findall(r"<input [^>]+>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ("checked" in tag or not re.search(r'type="(radio|checkbox)"', tag)):
            fields[name[1]] = html.unescape(value[1]) if value else ""
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        fields[name] = chosen[1] if chosen else ""
    return fields


def errors_of(answer):
    """What an answer says is wrong."""
    found = re.findall(r'class="error"[^>]*>(?:\s*<svg.*?</svg>)?(.*?)</p>', answer.content.decode(), re.DOTALL)
    return [html.unescape(re.sub("<[^>]+>", "", one)).strip() for one in found]
