import { Handler, type HttpContext, type HttpHandler, type MappingInfo } from '@verbena/core';
import { type Markup, markup } from '../markup.js';
import { pageEnd, pageStart } from '../page.js';
import { type Stop, Tour, type Try } from '../tour.js';

/** Lists every mapping of the application, with a way to try each. */
@Handler('GET /')
export class HomePage implements HttpHandler {
  constructor(private readonly tour: Tour) {}

  processRequest({ response }: HttpContext): string {
    response.headers.set('cache-control', 'no-cache');
    return markup`${pageStart('The classic samples')}${masthead()}
<main class="tour">
${this.tour.sections.map(
  ({ title, introduction, stops }) => markup`<section>
<h2>${title}</h2>
<p class="introduction">${introduction}</p>
<div class="mappings">
${stops.map(card)}</div>
</section>
`,
)}</main>
${exchangeDialog()}
<script type="module" src="/files/try.js"></script>${pageEnd()}`.text;
  }
}

function masthead(): Markup {
  return markup`<header class="masthead">
<img src="/pictures/flower.png?size=256" width="128" height="128" alt="A verbena flower, drawn by FlowerPicture">
<div>
<h1>Verbena</h1>
<p>The classic ASP.NET samples, and what else a handler can answer, under Koa. Every card below is one decorated class.</p>
</div>
</header>`;
}

function card({ mapping, description, tries }: Stop): Markup {
  return markup`<article class="mapping">
<header><h3>${mapping.name}</h3><span class="kind">${mapping.kind}</span></header>
<p class="pattern">${verbsOf(mapping)} <code>${[mapping.path].flat().join(', ')}</code></p>
<p>${description}</p>
<ul class="tries">
${tries.map((one) => markup`<li>${control(one)}</li>\n`)}</ul>
</article>
`;
}

function verbsOf({ verb }: MappingInfo): readonly Markup[] {
  return verb.split(',').map((one) => markup`<span class="verb">${one === '*' ? 'any verb' : one.trim()}</span> `);
}

/** A link where following one does it; else a button, whose request the page's script makes and shows. */
function control({ verb, href, range }: Try): Markup {
  if (verb === 'GET' && range === undefined) return markup`<a class="try" href="${href}">${label(verb, href)}</a>`;
  const button = markup`<button class="try">${label(verb, href, range)}</button>`;
  if (verb === 'POST') return markup`<form method="post" action="${href}" data-verb="POST">${button}</form>`;
  // Forms know GET and POST only: without the script these could not do what they say.
  return markup`<form action="${href}" data-verb="${verb}" data-range="${range ?? ''}" hidden>${button}</form>`;
}

function label(verb: string, href: string, range?: string): Markup {
  return markup`<b>${verb}</b> ${href}${range === undefined ? '' : ` ${range}`}`;
}

/** Where the answer to a button's request is shown. */
function exchangeDialog(): Markup {
  return markup`<dialog class="exchange" aria-labelledby="exchange-request">
<header><h2 id="exchange-request"></h2><form method="dialog"><button class="quiet">Close</button></form></header>
<p class="exchange-status" role="status"></p>
<dl></dl>
<pre tabindex="0" aria-label="Body of the answer"></pre>
</dialog>`;
}
