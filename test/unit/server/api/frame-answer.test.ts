import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { AnswerBudget } from '../../../../server/api/answer-budget.js';
import { FrameAnswers } from '../../../../server/api/frame-answer.js';
import { createStream, encodedFrame } from '../../../helpers/hub-stream-of-test.js';

const taker = () => Object.assign(new EventEmitter(), { destroyed: false });

describe('FrameAnswers', () => {
  it('asks who comes while slow readers hold all the memory there is to come again', async () => {
    const { clock, stream } = createStream();
    const budget = new AnswerBudget(6);
    const answers = new FrameAnswers(clock, budget);
    const slow = taker();
    stream.publish(encodedFrame(0));
    await answers.answer(stream, {}, slow);
    stream.publish(encodedFrame(1));
    const refused = answers.answer(stream, {}, taker());
    await expect(refused).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS', headers: { 'Retry-After': '1' } });
    slow.emit('close');
    expect((await answers.answer(stream, {}, taker())).jpeg).toHaveLength(4);
    expect(budget.bytes).toBe(4);
  });

  it('says why there is no frame without who logs in at the source', async () => {
    const { clock, stream } = createStream();
    stream.setState('offline', { code: 'X', message: 'rtsp://joe:***@cam/x: nobody is there.' });
    const answer = new FrameAnswers(clock).answer(stream, { timeout: 0 }, taker());
    clock.advance(1);
    await expect(answer).rejects.toMatchObject({ message: expect.stringMatching(/rtsp:\/\/\*{3}@cam\/x: nobody/) });
  });
});
