/** What a sandbox is and what running code in one yields. Depends on the JDK alone. */
@NullMarked
package dev.rlm.engine.sandbox;

import org.jspecify.annotations.NullMarked;
