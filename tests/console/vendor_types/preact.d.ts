export function h(type: any, props: any, ...children: any[]): any;
export function render(vnode: any, parent: Element): void;
