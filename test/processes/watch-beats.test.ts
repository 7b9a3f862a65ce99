// When `imports up` takes one of its processes for hung: never before its first sign of life, and never for a slow moment.

import { watchBeats, type Beats } from '../../src/processes/start-child';

const SILENCE_MS = 30_000;

let onSilent: jest.Mock<void, []>;
let beats: Beats;
beforeEach(() => {
  jest.useFakeTimers();
  onSilent = jest.fn<void, []>();
  beats = watchBeats({ silenceMs: SILENCE_MS, onSilent });
});
afterEach(() => {
  beats.stop();
  jest.useRealTimers();
});

it('a process that has not said anything yet may take minutes to start', () => {
  jest.advanceTimersByTime(9 * 60_000);
  expect(onSilent).not.toHaveBeenCalled();
});

it('a process that falls silent after its first sign of life is ended, once', () => {
  jest.advanceTimersByTime(60_000);
  beats.heard();
  jest.advanceTimersByTime(SILENCE_MS);
  expect(onSilent).not.toHaveBeenCalled();
  jest.advanceTimersByTime(SILENCE_MS);
  expect(onSilent).toHaveBeenCalledTimes(1);
});

it('a process that speaks now and then lives on', () => {
  for (let n = 0; n < 10; n++) {
    beats.heard();
    jest.advanceTimersByTime(SILENCE_MS - 1_000);
  }
  expect(onSilent).not.toHaveBeenCalled();
});

it('a machine that slept holds nothing against the process', () => {
  beats.heard();
  jest.setSystemTime(Date.now() + 3_600_000);
  jest.advanceTimersByTime(SILENCE_MS - 2_000);
  expect(onSilent).not.toHaveBeenCalled();
  jest.advanceTimersByTime(SILENCE_MS);
  expect(onSilent).toHaveBeenCalledTimes(1);
});
