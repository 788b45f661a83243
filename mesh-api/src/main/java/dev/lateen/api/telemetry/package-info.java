/** Istio's telemetry.istio.io kind, one record a message. */
@NullMarked
package dev.lateen.api.telemetry;

import org.jspecify.annotations.NullMarked;
