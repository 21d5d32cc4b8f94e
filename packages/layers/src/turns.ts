/** Milliseconds of work after which the event loop turns. */
const TURN = 20;

/**
 * What a long loop awaits in each of its rounds: every 20 ms a turn of the event loop, where nothing else waits for one, since computing on
 * a CPU is synchronous. Then pages draw, Node hears signals, timers run, and memory that has become garbage is given back.
 */
export function turns(): () => Promise<void> | undefined {
  let until = performance.now() + TURN;
  return () => {
    if (performance.now() < until) return undefined;
    return turn().then(() => {
      until = performance.now() + TURN;
    });
  };
}

/** By a message: timers of pages wait for 4 ms. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
