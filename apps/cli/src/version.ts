/** Version of this program; a test compares it with `package.json`. */
export const cliVersion = '0.1.0';
