import { type Markup, markup } from './markup.js';

/** Everything of a generated page that stands before its content, so that it can be sent before the content is known. */
export function pageStart(title: string): Markup {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${title} · Verbena</title>
<link rel="icon" href="/pictures/flower.png?size=64">
<link rel="stylesheet" href="/files/style.css">
</head>
<body>
`;
}

/** Everything that stands after it. */
export function pageEnd(): Markup {
  return markup`
</body>
</html>
`;
}

/** The way back from a page of its own. */
export function homeLink(): Markup {
  return markup`<nav class="home"><a href="/">All handlers</a></nav>
`;
}
