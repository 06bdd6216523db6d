import { OperationError, watchOperation } from '@verbena/client';

// #region watch
export async function follow(url: string, show: (text: string) => void): Promise<void> {
  try {
    for await (const { state, progress } of watchOperation(url)) {
      show(progress?.value == null ? state : `${state}, ${Math.floor(progress.value * 100)} %`);
    }
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    show(error.code === 'unauthenticated' ? 'Please sign in again' : 'No longer known');
  }
}
// #endregion watch

// #region cancel
export async function cancelAndWait(url: string): Promise<string> {
  const watch = watchOperation(url);
  await watch.cancel();
  const { state } = await watch.done;
  return state; // usually cancelled; succeeded when it was faster
}
// #endregion cancel
