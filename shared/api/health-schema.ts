import { z } from 'zod';

/** Answer of `GET /healthz` and, while the server can serve, of `GET /readyz`; else that is a problem. */
export const healthSchema = z.object({ status: z.enum(['alive', 'ready']) }).meta({ id: 'Health' });
