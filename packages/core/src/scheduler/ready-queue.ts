/** What is ordered: higher priority first, then the order of submission. */
export interface Ranked {
  readonly priority: number;
  readonly order: number;
}

/** A binary heap of what is ready. Adding and taking are logarithmic. */
export interface ReadyQueue<T extends Ranked> {
  readonly size: number;
  add(item: T): void;
  peek(): T | undefined;
  take(): T | undefined;
}

/** Whether `a` runs before `b`. */
export function before(a: Ranked, b: Ranked): boolean {
  return a.priority === b.priority ? a.order < b.order : a.priority > b.priority;
}

export function readyQueue<T extends Ranked>(): ReadyQueue<T> {
  const heap: T[] = [];
  return {
    get size() {
      return heap.length;
    },
    add(item) {
      heap.push(item);
      rise(heap, heap.length - 1);
    },
    peek: () => heap[0],
    take() {
      const first = heap[0];
      const last = heap.pop();
      if (last !== undefined && heap.length > 0) {
        heap[0] = last;
        sink(heap);
      }
      return first;
    },
  };
}

function rise<T extends Ranked>(heap: T[], from: number): void {
  for (let index = from; index > 0;) {
    const above = (index - 1) >> 1;
    if (!swapIfBefore(heap, index, above)) return;
    index = above;
  }
}

function sink<T extends Ranked>(heap: T[]): void {
  for (let index = 0; ;) {
    const [left, right] = [2 * index + 1, 2 * index + 2];
    if (left >= heap.length) return;
    const child = right < heap.length && before(heap[right] as T, heap[left] as T) ? right : left;
    if (!swapIfBefore(heap, child, index)) return;
    index = child;
  }
}

function swapIfBefore<T extends Ranked>(heap: T[], below: number, above: number): boolean {
  const [a, b] = [heap[below] as T, heap[above] as T];
  if (!before(a, b)) return false;
  [heap[below], heap[above]] = [b, a];
  return true;
}
