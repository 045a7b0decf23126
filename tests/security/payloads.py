"""What people with bad intentions type, and what goes wrong by itself. Whatever runs calls `hit` or opens a dialog."""

RUN = ("hit()", "top.hit()", "alert`1`", "eval(name)")
MARKUP = (
    "<script>{}</script>", "<ScRiPt>{}</sCrIpT>", "<script/x>{}</script>", "<<script>{}//<</script>",
    '"><script>{}</script>', "'><script>{}</script>", "</script><script>{}</script>",
    "</title><script>{}</script>", "</textarea><script>{}</script>", "</style><script>{}</script>",
    "--><script>{}</script>", "]]><script>{}</script>", "</template><script>{}</script>",
    "</dialog></noscript><script>{}</script>", "<img src=x onerror={}>", "<img/src/onerror={}>",
    '"><img src=x onerror="{}">', "<svg onload={}>", "<svg/onload={}>", "<svg><script>{}</script>",
    "<body onload={}>", "<details open ontoggle={}>", "<input autofocus onfocus={}>",
    "<video><source onerror={}>", "<marquee onstart={}>", "<iframe src=javascript:{}>",
    "<iframe srcdoc='<script>{}</script>'>", "<object data=javascript:{}>", "<embed src=javascript:{}>",
    "<a href=javascript:{}>x</a>", "<form action=javascript:{}><button>x", "<math href=javascript:{}>x",
    "<meta http-equiv=refresh content='0;javascript:{}'>", '" onmouseover="{}', "' onfocus='{}' autofocus='",
    "` onload=`{}", '" autofocus onfocus="{}', "javascript:{}", "data:text/html,<script>{}</script>",
    "<div hx-on::load='{}'>", "<div hx-on:click={}>", "<p hx-trigger=\"load[{}]\" hx-get=/>",
    "<style>@import 'javascript:{}'</style>", "<link rel=stylesheet href='javascript:{}'>",
    "<base href='javascript:{}//'>", "\\x3cscript\\x3e{}\\x3c/script\\x3e", "\\u003cscript\\u003e{}",
    "&lt;script&gt;{}&lt;/script&gt;", "%3Cscript%3E{}", "';{}//", '";{}//', "\\';{}//",
    "</p></li></td></tr><script>{}</script>",
)  # fmt: skip
TEMPLATES = (
    "{{ 7|add:7 }}", "{% debug %}", "{% load static %}", "{{ request.user.password }}",
    "{{ settings.SECRET_KEY }}", "{#", "{% verbatim %}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "%(name)s",
    "%s%s%s%n", "{0}", "{name.__class__}", "{first_name",
)  # fmt: skip
FORMULAS = (
    "=1+1", '=HYPERLINK("http://evil.example","x")', "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", "＝1+1",
    "＠SUM(A1)", "\u200b=1+1", "\u00a0=1+1", "Ana;=1+1", 'Ana;"=1+1"',
)  # fmt: skip
LETTERS = (
    "\u202egnp.exe\u202c", "\u2066isolated\u2069", "zero\u200bwidth\u200d\ufeff", "a\u0301\u0327\u0489" * 9,
    "👩‍👩‍👧‍👦" * 7, "مرحبا بالعالم", "שלום עולם", "\u2028line\u2029paragraph", "Ⓐⓝⓐ ﷽", "ﬁ\u00ad\u00ad",
    "\u0007\u001b[31mred\u001b[0m", "a\tb", "'; DROP TABLE employees_employee; --", "../../etc/passwd",
    "\r\nSet-Cookie: x=1", "x" * 80, "W" * 80, "—" * 80,
)  # fmt: skip
PAYLOADS = [
    *(markup.replace("{}", run) for markup in MARKUP for run in RUN),
    *TEMPLATES,
    *FORMULAS,
    *LETTERS,
]
