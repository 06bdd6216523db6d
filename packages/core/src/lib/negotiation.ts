import type { HttpContext } from './context.js';
import { HttpException } from './http-exception.js';
import { mediaTypeOf, preferredType } from './media-type.js';

/**
 * Sets the type of an answer to the one its client likes best of those that can be had (RFC 9110, 12.5.1).
 *
 * @throws HttpException 406 when the client takes none of them
 */
export function negotiate({ request, response }: HttpContext, produces: readonly string[]): void {
  const type = preferredType(request.headers.get('accept'), produces);
  if (type === undefined) {
    throw new HttpException(406, `This can be had as ${produces.map(mediaTypeOf).join(', ')}`, {
      headers: { vary: 'Accept' },
    });
  }
  response.headers.append('vary', 'Accept');
  response.type = type;
}
