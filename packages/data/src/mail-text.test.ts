import { expect, test } from "vitest";
import { cleanText } from "./clean-text.ts";
import { mailText } from "./mail-text.ts";

const mail = (...lines: string[]) => lines.join("\n");

test("subject and body stay, every other header goes", () => {
  const source = mail(
    "From a@b.c  Thu Aug 22 12:36:23 2002",
    "Received: from list.example.org",
    "    (a continued line)",
    "Received: from another.example.org",
    "    (another continued line)",
    "Subject: Re: New",
    "\tWindow",
    "List-Id: <secret>",
    "",
    "Hello,",
    "  World: it is text",
  );
  expect(mailText(source)).toBe("Re: New Window Hello, World: it is text");
  expect(mailText(source.replaceAll("\n", "\r\n"))).toBe("Re: New Window Hello, World: it is text");
});

test("of alternatives the plain text is taken, or the HTML where there is none", () => {
  const plain = mail("--x", "Content-Type: text/plain", "", "plain");
  const html = mail("--x", "Content-Type: TEXT/HTML", "", "<b>html</b>");
  const head = 'Content-Type: multipart/alternative;\n boundary="x"\n\nfor old readers';
  expect(mailText(mail(head, plain, html, "--x--", "epilogue"))).toBe("plain");
  expect(mailText(mail(head, html, "--x--"))).toBe("html");
  expect(mailText(mail(head, mail("--x", "Content-Type: text/plain", "", " "), html, "--x--"))).toBe("html");
});

test("of mixed parts every text is taken and no attachment", () => {
  const source = mail(
    "Content-Type: multipart/mixed; boundary=y",
    "",
    "--y",
    "",
    "one",
    "--y",
    "Content-Type: application/zip",
    "Content-Transfer-Encoding: base64",
    "",
    "UEsDBA==",
    "--y",
    "Content-Type: text/html",
    "",
    "<p>two</p>",
    "--y--",
  );
  expect(mailText(source)).toBe("one two");
});

test("base64, quoted-printable and encoded words are decoded in their charset", () => {
  const base64 = Buffer.from("caf\xe9 <i>x</i>", "latin1").toString("base64");
  expect(mailText(`Content-Type: text/html; charset=iso-8859-1\nContent-Transfer-Encoding: base64\n\n${base64}`)).toBe(
    "café x",
  );
  expect(mailText("Content-Transfer-Encoding: quoted-printable\n\ncaf=C3=A9 a=\nb =3D")).toBe("café ab =");
  expect(mailText("Content-Transfer-Encoding: quoted-printable\n\ncaf=E9")).toBe("café");
  for (const charset of ["windows-1252", "ISO-8859-1", "klingon"]) {
    const head = `Content-Type: text/plain; charset=${charset}\nContent-Transfer-Encoding: quoted-printable`;
    expect(mailText(`${head}\n\nit=92s =80 5 =96 =93now=94`)).toBe("it’s € 5 – “now”");
  }
  expect(mailText("Subject: =?utf-8?B?Y2Fmw6k=?= =?iso-8859-1?Q?a_=E9?=\n\n")).toBe("café a é");
});

test.each(["text/html", "text/plain"])("a character reference in %s is decoded once, by cleanText", (type) => {
  const text = mailText(`Subject: AT&amp;T\nContent-Type: ${type}\n\na &amp;lt; b &eacute; &amp;amp; c`);
  expect(text).toBe("AT&amp;T a &amp;lt; b &eacute; &amp;amp; c");
  expect(cleanText(text)).toBe("AT&T a &lt; b é &amp; c");
});

test("malformed mail is read as plain text", () => {
  expect(mailText("")).toBe("");
  expect(mailText("\nbody")).toBe("body");
  expect(mailText("Subject: a\nno header here\nb")).toBe("a no header here b");
  expect(mailText("Content-Type: multipart/mixed; boundary=z\n\nno parts")).toBe("no parts");
  expect(mailText("Content-Type: nonsense\n\ntext")).toBe("text");
  expect(mailText("Content-Type: text/plain; charset=klingon\nContent-Transfer-Encoding: base64\n\nYQ==")).toBe("a");
});
