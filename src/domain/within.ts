// A deadline for what may never answer.

/** What the work answers, or what `late` says when it takes longer; without `late` that is an error. */
export async function within<T>(ms: number, work: Promise<T>, late: () => T = tooLate): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  return Promise.race([work, patience.then(late)]).finally(() => clearTimeout(timer));
}

function tooLate(): never {
  throw new Error('late');
}
