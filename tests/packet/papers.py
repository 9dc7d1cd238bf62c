"""Invented documents in several languages, for the tests of whatever writes them."""

from __future__ import annotations

from dataclasses import replace

from recover.packet.document import Document
from recover.packet.pictures.drawing import Box, Circle, Drawing, Label, Stroke, parts
from recover.packet.plan import plan_packet
from recover.packet.tree import (
    Block,
    Break,
    Figure,
    Fixed,
    Heading,
    Inline,
    Items,
    Line,
    Paragraph,
    Strong,
    Table,
    Text,
)
from tests.packet import cases

PAGE_ID = "100064000000101"
ADDRESS = "https://www.facebook.com/100064000000101"
DAY = "2026-10-05"


def line(*parts: str | Inline) -> Line:
    """Return a line; a plain string is text."""
    return tuple(Text(part) if isinstance(part, str) else part for part in parts)


def said(*parts: str | Inline) -> Paragraph:
    """Return a paragraph."""
    return Paragraph(line(*parts))


def listed(*rows: str | Line, ordered: bool = False) -> Items:
    """Return a list of one-line items."""
    return Items(ordered, tuple((said(row) if isinstance(row, str) else Paragraph(row),) for row in rows))


def table(header: tuple[str, ...], *rows: tuple[str | Line, ...]) -> Table:
    """Return a table of plain cells."""
    cells = tuple(tuple(line(cell) if isinstance(cell, str) else cell for cell in row) for row in rows)
    return Table(tuple(line(name) for name in header), cells)


ENGLISH = Document(
    stem="letters/01_page-hijack-statement",
    kind="letter",
    title="Statement on a hijacked Facebook Page",
    language="en",
    head=(("To", "Meta (the form for hacked Pages)"), ("Date", "13 October 2026 (2026-10-13)")),
    blocks=(
        said(Strong("Page:"), " Qonşu Səsləri, ID ", Fixed(PAGE_ID), ", ", Fixed(ADDRESS)),
        said(Strong("Account holder:"), " Nərmin Əhmədli. ", Strong("Safe contact:"), " ", Fixed("qonsu@example.org")),
        Heading(2, line("What we ask")),
        said("Please stop changes of administrators on this Page and give it back to its owner."),
        Heading(2, line("What happened")),
        listed(
            line("Control was lost on 5 October 2026 (", Fixed(DAY), "), 21:40 Asia/Baku (UTC+04:00) [E02]."),
            line("All administrators were removed within four minutes (statement of the account holder)."),
            line("Receipts of paid posts were kept [E03 to E05]."),
            ordered=True,
        ),
        Heading(3, line("Assets that were blocked")),
        table(
            ("ID", "Asset", "Action", "Time"),
            (line(Fixed("100064000000102")), "Foto", "Unpublished", line(Fixed("2026-10-09"))),
            (line(Fixed("100005000000201")), "Nərmin", "Suspended", line(Fixed("2026-10-09 06:10 UTC+04:00"))),
        ),
        said("Earlier reports: ", Fixed("FB-551201"), " of 12 August 2026.", Break(), "No answer has arrived so far."),
    ),
    attachments=("E02 Mail that says the holder was removed", "E01 Admin list of 2016"),
    signature="holder",
    remarks=("The text of this letter was changed locally by Aysel M.",),
    reference="amber-heron",
)

ARABIC = Document(
    stem="letters/02_operator",
    kind="letter",
    title="طلب وقف إعادة توجيه الرسائل إلى شريحة جديدة",
    language="ar-LB",
    head=(("إلى", "شركة الاتصالات المثال، قسم الشكاوى"), ("التاريخ", "10 حزيران 2026")),
    blocks=(
        said(Strong("الصفحة:"), " أصوات الجيران، الرقم ", Fixed(PAGE_ID), "، العنوان ", Fixed(ADDRESS)),
        said(Strong("صاحبة الحساب:"), " ليلى حدّاد. ", Strong("الاتصال الآمن:"), " ", Fixed("layla@example.org")),
        Heading(2, line("ما نطلبه")),
        said("نرجو إيقاف الشريحة الجديدة ذات الرقم ", Fixed("+961 70 000 000"), " وإبلاغنا خطياً برقم الشكوى."),
        Heading(2, line("ما حدث")),
        listed(
            line("فُقدت السيطرة على الصفحة في 5 تشرين الأول 2026 (", Fixed(DAY), ") الساعة ", Fixed("21:40"), " [E02]."),
            line("أُزيل جميع المسؤولين عن Facebook خلال أربع دقائق (إفادة صاحبة الحساب)."),
            ordered=True,
        ),
        listed("نسخة من بطاقة الهوية لا تُرسل مع هذا الطلب.", "الإيصالات محفوظة لدى المحامي."),
        Heading(3, line("الحسابات المتأثرة")),
        table(
            ("الرقم", "الحساب", "الإجراء", "الوقت"),
            (line(Fixed("100064000000102")), "صور", "أُلغي نشرها", line(Fixed("2026-10-09"))),
            (line(Fixed("100005000000201")), "ليلى حدّاد", "عُلّقت", line(Fixed("2026-10-09 06:10 UTC+03:00"))),
        ),
    ),
    attachments=("E02 رسالة إزالة المسؤولة", "E01 Admin list of 2016"),
    signature="holder",
    reference="amber-heron",
    is_unreviewed=True,
)

PERSIAN = Document(
    stem="letters/03_followers",
    kind="letter",
    title="بیانیه برای دنبال‌کنندگان",
    language="fa",
    head=(("به", "دنبال‌کنندگان صفحه"), ("تاریخ", "13 اکتبر 2026")),
    blocks=(
        said("صفحهٔ «صدای همسایه‌ها» با شناسهٔ ", Fixed(PAGE_ID), " از دست گردانندگانش خارج شده است."),
        Heading(2, line("چه کنید")),
        listed("به پیام‌های تازهٔ این صفحه پاسخ ندهید.", line("تنها به نشانی ", Fixed(ADDRESS), " اعتماد کنید.")),
        table(
            ("شناسه", "حساب"),
            (line(Fixed("100064000000102")), "عکس‌ها"),
            (line(Fixed("100005000000201")), "نرگس کریمی"),
        ),
    ),
    reference="amber-heron",
)

AZERBAIJANI = Document(
    stem="letters/04_notary",
    kind="letter",
    title="Oğurlanmış Facebook səhifəsi haqqında bəyanat",
    language="az",
    head=(("Kimə", "İşi aidiyyəti olan hər kəsə"), ("Tarix", "13 oktyabr 2026")),
    blocks=(
        said("Mən, Nərmin Əhmədli, bəyan edirəm ki, ", Fixed(ADDRESS), " ünvanlı səhifə mənə məxsusdur."),
        Heading(2, line("Nə baş verib")),
        said("Çıxarılma haqqında məktub 5 oktyabr 2026-cı ildə gəlib: ğ, ı, İ, ö, ş, ç, ü, ə hərfləri itməməlidir."),
    ),
    signature="notary",
    reference="amber-heron",
)

COVER = Document(
    stem="cover",
    kind="cover",
    title="Cover",
    language="en",
    lead=("For the trust and safety team. As of 2026-10-13 08:00 UTC.",),
    blocks=(
        said("This folder holds 2 letters, a timeline of 6 dated events and 5 exhibits."),
        Heading(2, line("What to do")),
        listed("Read the letters.", "Look at the exhibits that a letter names.", ordered=True),
        Heading(2, line("Exhibits")),
        table(
            ("No.", "Exhibit", "SHA-256 begins", "Class", "Captured", "By whom"),
            (
                line(Fixed("E01")),
                "Admin list of 2016",
                line(Fixed("0f3c9a7be1d24855")),
                "ordinary",
                line(Fixed("2026-10-06")),
                "the account holder",
            ),
            (
                line(Fixed("E02")),
                "Mail that says the holder was removed, with a very long title that goes on",
                line(Fixed("77aa19c0d3b2e6f4")),
                "personal",
                line(Fixed("2026-10-06")),
                "a helper",
            ),
        ),
    ),
    reference="amber-heron",
    is_practice=True,
)

DRAWING = Drawing(
    680,
    60,
    (
        Stroke(10, 30, 670, 30),
        Box(120, 22, 80, 16, fill="#b8b8b8"),
        Circle(400, 30, 6, fill="#1a1a1a"),
        Label(10, 52, "2017"),
        Label(400, 18, "5 Oct 2026", anchor="middle"),
        Label(670, 52, "səs", anchor="right"),
    ),
)


def timeline(rows: int = 300, language: str = "en") -> Document:
    """Return a timeline with this many rows and one figure."""
    header = ("No.", "When", "What happened", "Basis")
    found = tuple(
        (
            f"{n}.",
            line(f"{n % 28 + 1} October 2026", Break(), Fixed(f"2026-10-{n % 28 + 1:02d} 17:40 UTC")),
            f"Post number {n} was reported and taken down; the notice names {'Foto ' * (n % 9)}and a reason.",
            f"(documented) [E{n % 60 + 1:02d}]",
        )
        for n in range(1, rows + 1)
    )
    blocks: tuple[Block, ...] = (
        Figure(DRAWING, "Control over the Page", "Lost twice, restored once; without control since 5 October 2026."),
        Heading(2, line("Every event")),
        table(header, *found),
    )
    return Document("timeline", "timeline", "Timeline", language, blocks, lead=("As of 2026-10-13 08:00 UTC.",))


HOSTILE = (
    "<script>document.title='x'</script><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" style="x',
    "]]></w:t></w:r><w:fldSimple w:instr='DDEAUTO c:\\\\cmd.exe'/>",
    "{ INCLUDETEXT http://evil.example/x } =HYPERLINK(1) {{ 7*7 }} {% raw %} #panic() $x$ @label \\ * _ `",
    "a\u202ereversed\u202c b\u2066 c\x00\x07\x1b[31m d\ud800 e\ufffe f\U000e0041 \ue000 \x85 g\tt\nn",
    "A" * 400,
    "javascript:alert(1) //evil.example/x.css &lt;b&gt; &#60;",
)
"""Texts that would act somewhere."""


def hostile(text: str, language: str = "en") -> Document:
    """Return a document that holds a text wherever one may stand."""
    every: tuple[Inline, ...] = (Text(text), Strong(text), Fixed(text))
    figure = Figure(DRAWING, text, text)
    blocks = (
        Paragraph(every),
        Heading(2, every),
        Items(False, ((Paragraph(every), Table((every,), ((every,),))),)),
        Table((every, every), ((every, every),)),
        figure,
    )
    return Document(
        "sheet",
        "sheet",
        title=text,
        language=language,
        blocks=blocks,
        head=((text, text),),
        lead=(text,),
        attachments=(text,),
        signature="notary",
        remarks=(text,),
        reference=text,
        is_practice=True,
        is_unreviewed=True,
    )


def labels_of(figure: Figure) -> tuple[str, ...]:
    """Return the texts that stand in a figure, in the order in which they are drawn."""
    return tuple(shape.text for shape in parts(figure.drawing.shapes) if isinstance(shape, Label))


def without_figures(document: Document) -> Document:
    """Return a document without its figures."""
    return replace(document, blocks=tuple(block for block in document.blocks if not isinstance(block, Figure)))


def of_a_case(profile: str, language: str = "") -> tuple[Document, ...]:
    """Return every document of the test case's packet for a reader, in a language or in the reader's own."""
    return plan_packet(cases.source(), profile, language=language).documents


PAPERS = (ENGLISH, ARABIC, PERSIAN, AZERBAIJANI, COVER, timeline(40))
