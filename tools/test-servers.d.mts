export declare const packages: { readonly [name: string]: readonly string[] };
export declare function locate(program: string): string | undefined;
export declare function packageOf(program: string): string | undefined;
export declare function install(): void;
