// The gRPC status with which a call to Temporal failed: the client wraps some errors and passes others on.

export function grpcCodeOf(error: unknown): number | undefined {
  const { code, cause } = error as { readonly code?: number; readonly cause?: { readonly code?: number } };
  return cause?.code ?? code;
}
