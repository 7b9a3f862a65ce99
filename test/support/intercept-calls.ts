// Stands between the steps and the outside world: each call to one of these ports is made by `around`, or late, or not at all.

export interface Call {
  /** `users.read` */
  readonly name: string;
  readonly args: readonly unknown[];
  readonly make: () => unknown;
}

export function interceptCalls<P extends object>(ports: P, names: readonly (keyof P & string)[], around: (call: Call) => unknown): P {
  const wrap = (port: object, name: string): object =>
    new Proxy(port, {
      get(target, property, receiver) {
        const value: unknown = Reflect.get(target, property, receiver);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          const make = (): unknown => value.apply(target, args);
          // A part of the store, with calls of its own.
          return property === 'partsOf' ? wrap(make() as object, name) : around({ name: `${name}.${String(property)}`, args, make });
        };
      },
    });
  return { ...ports, ...Object.fromEntries(names.map((name) => [name, wrap(ports[name] as object, name)])) };
}
