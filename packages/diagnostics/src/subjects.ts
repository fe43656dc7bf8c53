import { checkLatticeName, checkToken } from '@wasmlattice/control-interface';

/** `wasmlattice.diag.v1.{lattice}`: what every subject of diagnostics begins with. */
export function diagnosticsRoot(lattice: string): string {
  return `wasmlattice.diag.v1.${checkLatticeName(lattice)}`;
}

/** `….req.figures.{host}`: the host answers with its figures. */
export function figuresSubject(lattice: string, hostId: string): string {
  return `${diagnosticsRoot(lattice)}.req.figures.${checkToken('host id', hostId)}`;
}

/** `….req.traces.{host}`: the host answers with what ended on it lately, and keeps that from then on for a while. */
export function tracesSubject(lattice: string, hostId: string): string {
  return `${diagnosticsRoot(lattice)}.req.traces.${checkToken('host id', hostId)}`;
}

/** `….req.logs`: every host answers, and tells what it logs for a while. */
export function followLogsSubject(lattice: string): string {
  return `${diagnosticsRoot(lattice)}.req.logs`;
}

/** `….req.capture.{host}`: the host records invocations of a component, and answers with what it has recorded. */
export function captureSubject(lattice: string, hostId: string): string {
  return `${diagnosticsRoot(lattice)}.req.capture.${checkToken('host id', hostId)}`;
}

/** `….logs.{host}`: what a host logs, while somebody follows that. */
export function logLinesSubject(lattice: string, hostId: string): string {
  return `${diagnosticsRoot(lattice)}.logs.${checkToken('host id', hostId)}`;
}

/** The same of all hosts. */
export function allLogLinesSubject(lattice: string): string {
  return `${diagnosticsRoot(lattice)}.logs.*`;
}
