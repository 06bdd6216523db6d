import { expect } from 'chai';
import { wrongAnswerIn } from './wrong-answer.js';

describe('wrongAnswerIn', () => {
  it('is nothing for silence, refusals and answers, also several', () => {
    const sound = [
      '',
      'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n',
      'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntext',
      'HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ntext\r\n0\r\n\r\n',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\n\r\nas long as the connection lasts',
    ];
    for (const received of sound) expect(wrongAnswerIn(received, false), received).to.equal(undefined);
  });

  it('takes the answer to HEAD without its content', () => {
    const received = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n';
    expect(wrongAnswerIn(received, true)).to.equal(undefined);
    expect(wrongAnswerIn(received, false)).to.match(/cut short/);
  });

  it('says what is wrong with anything else', () => {
    const wrong = {
      'no answer in HTTP/1.1': 'Bad Request\r\n\r\n',
      'an error of the server': 'HTTP/1.1 500 Internal Server Error\r\n\r\n',
      'an answer with the header line "no colon"': 'HTTP/1.1 200 OK\r\nno colon\r\n\r\n',
      'an answer that is cut short': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nte',
      'no answer in HTTP/1.1 but "and more"': 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntextand more',
    };
    for (const [message, received] of Object.entries(wrong)) {
      expect(wrongAnswerIn(received, false), received).to.include(message);
    }
  });
});
