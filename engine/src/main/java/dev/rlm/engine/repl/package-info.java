/**
 * The loop of a recursive language model: a model that never sees its context, writes code for a sandbox in which the context is a
 * variable, reads what comes back through the filter, asks sub-models from inside the code, and ends with an answer. Budgets are
 * kept here, on the host.
 */
@NullMarked
package dev.rlm.engine.repl;

import org.jspecify.annotations.NullMarked;
