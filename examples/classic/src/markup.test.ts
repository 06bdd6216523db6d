import { expect } from 'chai';
import { markup } from './markup.js';

describe('markup', () => {
  it('escapes text for content and for quoted attributes', () => {
    expect(markup`<a title="${`"'&`}">${'<script>'}</a>`.text).to.equal(
      '<a title="&#34;&#39;&#38;">&#60;script&#62;</a>',
    );
  });

  it('leaves markup as it stands, also a list of it', () => {
    expect(markup`<p>${markup`<b>${'&'}</b>`}</p>`.text).to.equal('<p><b>&#38;</b></p>');
    const items = ['a', '<'].map((text) => markup`<li>${text}</li>`);
    expect(markup`<ul>${items}</ul>`.text).to.equal('<ul><li>a</li><li>&#60;</li></ul>');
  });

  it('writes numbers, and nothing where nothing was put in', () => {
    expect(markup`<b>${0}</b>`.text).to.equal('<b>0</b>');
    expect(markup`<b></b>`.text).to.equal('<b></b>');
  });
});
