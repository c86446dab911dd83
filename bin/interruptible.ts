/** Does work which Ctrl-C ends after `last`. */
export async function interruptible<T>(work: () => Promise<T>, last: () => void): Promise<T> {
  const end = () => {
    last();
    process.exit(130);
  };
  process.once('SIGINT', end);
  try {
    return await work();
  } finally {
    process.off('SIGINT', end);
  }
}
