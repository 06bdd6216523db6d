import { Handler, type HttpContext, type HttpHandler, HttpException } from '@verbena/core';
import { drawFlower } from '../flower.js';
import { encodePng } from '../png.js';

const SIZES = { least: 16, most: 512, usual: 256 };

/** Draws a picture and sends it as PNG. `?size=` gives its width and height in pixels. */
@Handler('GET /pictures/flower.png')
export class FlowerPicture implements HttpHandler {
  readonly isReusable = true;

  processRequest({ request, response }: HttpContext): Promise<Uint8Array> {
    const size = Number(request.query.get('size') ?? SIZES.usual);
    if (!Number.isInteger(size) || size < SIZES.least || size > SIZES.most) {
      throw new HttpException(400, `size takes a whole number from ${SIZES.least} to ${SIZES.most}`);
    }
    response.type = 'image/png';
    response.headers.set('cache-control', 'max-age=3600');
    return encodePng(size, drawFlower(size));
  }
}
