import { describe, expect, it } from 'vitest';
import { PictureOrder } from '../../../../client/probe/picture-order.js';
import { greyPicture } from '../../../helpers/probe-samples.js';

const PERIOD_US = 40_000;

/** An order that has seen the codes of ten pictures; `show` shows so many more without one. */
function orderOfTest() {
  const order = new PictureOrder();
  const code = (counter: number, timeUs = counter * PERIOD_US) =>
    order.onPicture(greyPicture(timeUs, counter % 256), { kind: 'capture', timeUs, counter });
  const show = (pictures: number) => {
    for (let index = 0; index < pictures; index += 1) order.onPicture(greyPicture(index, index % 256), null);
  };
  for (let counter = 0; counter < 10; counter += 1) code(counter);
  return { order, code, show, lost: () => order.figures().lost };
}

describe('PictureOrder', () => {
  it('believes the codes while there are any', () => {
    const { order, show, lost } = orderOfTest();
    order.onLost(3);
    show(49);
    expect(lost()).toBe(0);
    expect(order.figures().timeCode).toMatchObject({ kind: 'capture', read: 10, unread: 49, sinceLast: 0 });
  });

  it('believes the path from the last code on where there are none any more', () => {
    const { order, show, lost } = orderOfTest();
    order.onLost(3);
    show(50);
    order.onLost(4);
    expect(lost()).toBe(7);
    order.reset();
    order.onLost(1);
    show(1);
    expect(order.figures()).toMatchObject({ lost: 1, timeCode: { unread: 1, sinceLast: 1 } });
  });

  it('counts nothing twice when codes go on, and forgets nothing when they begin anew', () => {
    const { order, code, show, lost } = orderOfTest();
    order.onLost(3);
    show(60);
    // 60 came, and five are missing: two more than the path knew of.
    code(75);
    expect(order.figures()).toMatchObject({ lost: 5, timeCode: { sinceLast: 0 } });
    order.onLost(2);
    show(60);
    code(0, 1000 * PERIOD_US);
    expect(lost()).toBe(7);
  });
});
