import { describe, expect, it } from 'vitest';
import { ProgressLines } from '../../../../client/ui/progress-lines.js';
import { progressPage } from '../../../helpers/progress-samples.js';

describe('ProgressLines', () => {
  it('prints one line a second, and at once when the phase changes', () => {
    const lines: string[] = [];
    const view = new ProgressLines((line) => lines.push(line));
    view.render(progressPage({ elapsedMs: 1000, phase: 'ramp', figures: [{ label: 'connected', value: '3 of 9' }] }));
    view.render(progressPage({ elapsedMs: 1500, phase: 'ramp', figures: [] }));
    view.render(progressPage({ elapsedMs: 1600, phase: 'measuring', figures: [] }));
    view.render(progressPage({ elapsedMs: 2600, phase: 'measuring', figures: [{ label: 'lost', value: '0' }] }));
    expect(lines).toEqual(['   1 s  ramp  connected 3 of 9', '   2 s  measuring', '   3 s  measuring  lost 0']);
  });

  it('prints a notice once, and what is said always', () => {
    const lines: string[] = [];
    const view = new ProgressLines((line) => lines.push(line));
    const page = progressPage({ phase: 'ramp', figures: [], notice: 'cam-1 broke' });
    view.render(page);
    view.render(page);
    view.say('one');
    view.say('one');
    view.close();
    expect(lines).toEqual(['cam-1 broke', '  15 s  ramp', 'one', 'one']);
  });

  it('prints nothing that moves the cursor', () => {
    const lines: string[] = [];
    new ProgressLines((line) => lines.push(line)).render(progressPage({ phase: 'a\u001b[2J', notice: 'x\u0007y' }));
    // eslint-disable-next-line no-control-regex
    expect(lines.join('')).not.toMatch(/[\u0007\u001b]/);
  });
});
