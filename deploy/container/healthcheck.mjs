// Whether the host of this container is ready for work: exits with 0 or 1.
const address = process.env.WASMCLOUD_HTTP_ADMIN;
try {
  const response = await fetch(`http://${address}/readyz`);
  process.exit(response.ok ? 0 : 1);
} catch {
  process.exit(1);
}
