export function useState<S>(initial: S | (() => S)): [S, (value: S | ((now: S) => S)) => void];
export function useEffect(effect: () => void | (() => void), inputs?: readonly unknown[]): void;
export const useLayoutEffect: typeof useEffect;
export function useRef<T>(initial: T): { current: T };
