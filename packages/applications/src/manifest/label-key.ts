/** Whether a label or annotation of a manifest may have this key: `name` or `prefix/name`, where the prefix is a name of DNS. */
export function isLabelKey(key: string): boolean {
  const slash = key.indexOf('/');
  const name = slash < 0 ? key : key.slice(slash + 1);
  if (!/^(?=.{1,63}$)[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?$/.test(name)) return false;
  if (slash < 0) return true;
  const prefix = key.slice(0, slash);
  return (
    prefix.length <= 253 &&
    prefix.split('.').every((part) => /^(?=.{1,63}$)[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])?$/.test(part))
  );
}
