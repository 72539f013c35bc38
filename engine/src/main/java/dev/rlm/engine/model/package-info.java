/** Language models as the engine sees them: a port, what a call costs, and retries. Depends on the port's records alone. */
@NullMarked
package dev.rlm.engine.model;

import org.jspecify.annotations.NullMarked;
