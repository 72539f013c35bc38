/** Internal: detectors that find secrets in bytes. Not part of the public interface. */
@NullMarked
package dev.rlm.egress.scan;

import org.jspecify.annotations.NullMarked;
