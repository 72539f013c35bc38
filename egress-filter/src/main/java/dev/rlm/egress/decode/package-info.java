/**
 * Internal: what text may stand for, so that detectors can look at it. Not part of the public
 * interface.
 */
@NullMarked
package dev.rlm.egress.decode;

import org.jspecify.annotations.NullMarked;
