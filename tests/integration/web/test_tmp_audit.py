import csv, json, re
from html import unescape
from pathlib import Path
FIELD=Path("/work/shared/field")
def _errors(page):
    found = re.findall(r'<p class="error" id="(\w+)-error">.*?</svg>(.*?)</p>', page.content.decode(), re.DOTALL)
    return {field: unescape(text).strip() for field, text in found}
def plain(html):
    html=re.sub(r"<(script|style).*?</\1>","",html,flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>"," ",html)).split())
def test_pages(erin):
    out=[]
    for row in csv.DictReader((FIELD/"patterns.csv").open()):
        for addr in ("/check/","/es/check/"):
            p=erin.post(addr,{"pattern":row["text"],"go":"picture"})
            e=_errors(p); t=plain(p.content.decode())
            out.append(dict(addr=addr,text=row["text"],expect=row["expect"],m=(row["mg_per_year_low"],row["mg_per_year_high"]),status=p.status_code,err=e.get("pattern"),page=t))
    meds=[]
    for row in csv.DictReader((FIELD/"medicines.csv").open()):
        p=erin.post("/check/",{"medicines":row["text"],"go":"picture"})
        meds.append(dict(text=row["text"],exp=row["expected_ingredients"],status=p.status_code,page=plain(p.content.decode())))
    extra=[]
    for text in ["denies alcohol, cocaine, heroin","no benzos, opioids or alcohol","sertraline 50, no alcohol","allergic to penicillin, codeine","Current: sertraline\nStopped: diazepam, lithium\n","no meds","phenelzine and sertraline"]:
        p=erin.post("/check/",{"medicines":text,"go":"picture"})
        extra.append(dict(text=text,status=p.status_code,page=plain(p.content.decode())))
    Path("/tmp/w/page.json").write_text(json.dumps(dict(p=out,m=meds,x=extra)))
